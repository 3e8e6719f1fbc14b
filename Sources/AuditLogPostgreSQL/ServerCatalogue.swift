/// Questions to the server about itself.
enum ServerCatalogue {
  /// Kind, name, table and definition of what a log consists of, and of what else acts on its tables. Tables whose rows lie elsewhere,
  /// are lost in a crash, or are hidden from some users are of another kind.
  static let objects = """
    WITH tables AS (
      SELECT * FROM pg_class WHERE oid IN (
        to_regclass('audit_schema'), to_regclass('audit_writer'), to_regclass('audit_record'), to_regclass('audit_flag'),
        to_regclass('audit_review'), to_regclass('audit_object'), to_regclass('audit_checkpoint'), to_regclass('audit_image')))
    SELECT CASE WHEN relkind = 'v' THEN 'view' WHEN relkind = 'r' AND relpersistence = 'p' AND NOT relrowsecurity THEN 'table'
      ELSE 'table of another kind' END, relname, relname, (
        SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod)
          || COALESCE((SELECT ' COLLATE ' || collname FROM pg_collation c WHERE c.oid = attcollation AND collname <> 'default'), '')
          || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END, ', ' ORDER BY attnum)
        FROM pg_attribute WHERE attrelid = t.oid AND attnum > 0 AND NOT attisdropped)
      FROM tables t
    UNION ALL SELECT 'index', i.relname, t.relname,
      CASE WHEN indisvalid AND indisready AND indislive AND indimmediate THEN '' ELSE 'INVALID ' END
        || CASE WHEN indisunique THEN 'UNIQUE ' ELSE '' END
        || substr(pg_get_indexdef(i.oid), strpos(pg_get_indexdef(i.oid), ' USING ') + 7)
      FROM tables t JOIN pg_index ON indrelid = t.oid JOIN pg_class i ON i.oid = indexrelid
    UNION ALL SELECT 'child table', c.relname, t.relname, ''
      FROM tables t JOIN pg_inherits ON inhparent = t.oid JOIN pg_class c ON c.oid = inhrelid
    UNION ALL SELECT 'trigger', tgname, relname, '' FROM tables t JOIN pg_trigger ON tgrelid = t.oid WHERE NOT tgisinternal
    UNION ALL SELECT 'rule', rulename, relname, '' FROM tables t JOIN pg_rewrite ON ev_class = t.oid WHERE rulename <> '_RETURN'
    UNION ALL SELECT 'policy', polname, relname, '' FROM tables t JOIN pg_policy ON polrelid = t.oid
    """

  /// Lets what follows in the transaction be answered from indexes alone, as far as that is possible, or from tables alone.
  static func reading(fromIndexes: Bool) -> String {
    let (indexes, tables) = fromIndexes ? ("on", "off") : ("off", "on")
    return """
      SELECT set_config('enable_indexscan', '\(indexes)', true), set_config('enable_indexonlyscan', '\(indexes)', true),
        set_config('enable_seqscan', '\(tables)', true), set_config('enable_sort', '\(tables)', true),
        set_config('enable_bitmapscan', 'off', true)
      """
  }
}
