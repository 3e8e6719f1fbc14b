-- The tables of an audit log of form 1, as the program wrote them that knew no other.
CREATE TABLE audit_checkpoint (
  writer TEXT NOT NULL, sequence BIGINT NOT NULL, time BIGINT NOT NULL, note TEXT NOT NULL,
  PRIMARY KEY (writer, sequence));
INSERT INTO "audit_checkpoint" VALUES('gateway-1',4,1795869852664622,'sluice-audit/gateway-1
4
TqE4mqNj5yUYLUUJA1RYXRvQg7zqcXa/Z+D+NRaQit8=
2026-11-28T12:44:12.664622Z

— sluice-audit/gateway-1 azQctfWWTzIoiKBK1uCM4q6Nd24sllaHUOv0e9IciejhhY2ckpixYoPJnfDnRNPtON8liYqv4ud8ecKatrzCs6PVBgE=
');
INSERT INTO "audit_checkpoint" VALUES('gateway-1',6,1795869853030504,'sluice-audit/gateway-1
6
yoLIhzKNvCc+G4ro2mXSh45K4VmHWQX22jMnVIkmvnE=
2026-11-28T12:44:13.030504Z

— sluice-audit/gateway-1 azQctb6U4pPZpXJqg9oED927HeOIZOhWVWZAaWWmfP/GQYnTbs42oxLXMQNjgKtM+Xh3eoRc4zroIkuOTiXKNU/q0Ak=
');
CREATE TABLE audit_flag (
  writer TEXT NOT NULL, sequence BIGINT NOT NULL, detector TEXT NOT NULL, time BIGINT NOT NULL,
  PRIMARY KEY (writer, sequence, detector));
INSERT INTO "audit_flag" VALUES('gateway-1',4,'squeezing-probabilities',1795869852595744);
CREATE TABLE audit_object (
  sha256 TEXT PRIMARY KEY, bytes BIGINT NOT NULL, stored BIGINT NOT NULL, held BIGINT NOT NULL,
  state BIGINT NOT NULL, writer TEXT, sequence BIGINT);
INSERT INTO "audit_object" VALUES('6a354a395c40b13dc54192b521a5d52b6146f5ab14bd61afeacf6599cee7495c',300,1795869852594231,0,2,'gateway-1',6);
INSERT INTO "audit_object" VALUES('ea36def9e3f60d7381e5443cde3962b439d12f589b6dc3959c4ac01ebfef5f66',7625,1795869852595744,0,2,'gateway-1',6);
CREATE TABLE audit_record (
  writer TEXT NOT NULL, sequence BIGINT NOT NULL, time BIGINT NOT NULL, kind TEXT NOT NULL,
  verdict TEXT, action TEXT, client TEXT, source TEXT, request TEXT, sha256 TEXT, filter TEXT,
  hash TEXT NOT NULL, record TEXT NOT NULL,
  PRIMARY KEY (writer, sequence));
INSERT INTO "audit_record" VALUES('gateway-1',1,1795869852576978,'opened',NULL,NULL,NULL,NULL,NULL,NULL,'7ce4e61c3eb3c2505196beb0f421d0e81ef7a0760ad2035c2d9c03e01d87bd00','7a3621129d9c861d282ffe4d829b628bf1351f1dd29b92b4a54066a6aa3fbdbd','{"version":1,"writer":"gateway-1","sequence":1,"time":"2026-11-28T12:44:12.576978Z","kind":"opened","build":"0.1.0","key":"sluice-audit/gateway-1+6b341cb5+AXFf8Jy5Td11WoeRfldZwnTXj7zgcevK0ZBmTqF6K0UO","filter":{"name":"signs","digest":"7ce4e61c3eb3c2505196beb0f421d0e81ef7a0760ad2035c2d9c03e01d87bd00","files":{"classifier":"c966281e968d9f8581d7f7eb5ba321dc1b5fab21fec8cdaa9ea4dc4f88d0e8cb"}},"cleanRecords":1,"cleanImages":0}');
INSERT INTO "audit_record" VALUES('gateway-1',2,1795869852593977,'verdict','clean','forwarded',NULL,'000_stop.png',NULL,'bc383a166d10387d29bb2076a89bf77a2ddb498002737fd359b1b134e8ce448a','7ce4e61c3eb3c2505196beb0f421d0e81ef7a0760ad2035c2d9c03e01d87bd00','879347fd57bca6c344abdfba91aeaf4209c9d87dc61283f7acf8683b1c60b4c6','{"version":1,"writer":"gateway-1","sequence":2,"time":"2026-11-28T12:44:12.593977Z","kind":"verdict","id":"2","source":"000_stop.png","sha256":"bc383a166d10387d29bb2076a89bf77a2ddb498002737fd359b1b134e8ce448a","verdict":"clean","action":"forwarded","filter":{"name":"signs","digest":"7ce4e61c3eb3c2505196beb0f421d0e81ef7a0760ad2035c2d9c03e01d87bd00","files":{"classifier":"c966281e968d9f8581d7f7eb5ba321dc1b5fab21fec8cdaa9ea4dc4f88d0e8cb"}},"image":{"format":"png","width":64,"height":64,"colour":"rgb"},"prediction":{"class":0,"label":"stop","probability":0.999942899,"logOdds":9.7704},"detectors":[{"name":"squeezing-probabilities","kind":"featureSqueezing","score":0.000076542,"threshold":0.000616,"flagged":false,"seen":"median 2 moves the prediction most; every version keeps the class","detail":{"squeezers":[{"squeezer":"bitDepth 5","measure":"l1","distance":0.000005167,"class":0,"probability":0.99994117},{"squeezer":"median 2","measure":"l1","distance":0.000076542,"class":0,"probability":0.999904633}]}}],"way":{"asked":["classifier","bitDepth 5","median 2"],"end":"complete","precisions":{"classifier":"f32","looks":"f32"}},"tensor":{"shape":[1,3,64,64],"type":"float32"},"milliseconds":{"decode":0.183,"preprocess":0.046,"detect":9.185},"bytes":6963,"quarantined":false,"build":"0.1.0"}');
INSERT INTO "audit_record" VALUES('gateway-1',3,1795869852594231,'verdict','rejected','rejected',NULL,'broken.png',NULL,'6a354a395c40b13dc54192b521a5d52b6146f5ab14bd61afeacf6599cee7495c','7ce4e61c3eb3c2505196beb0f421d0e81ef7a0760ad2035c2d9c03e01d87bd00','edd2409791e6e6eb516396710a472cb8442cfe01537621c5cfea70d9867defd1','{"version":1,"writer":"gateway-1","sequence":3,"time":"2026-11-28T12:44:12.594231Z","kind":"verdict","id":"3","source":"broken.png","sha256":"6a354a395c40b13dc54192b521a5d52b6146f5ab14bd61afeacf6599cee7495c","verdict":"rejected","action":"rejected","filter":{"name":"signs","digest":"7ce4e61c3eb3c2505196beb0f421d0e81ef7a0760ad2035c2d9c03e01d87bd00","files":{"classifier":"c966281e968d9f8581d7f7eb5ba321dc1b5fab21fec8cdaa9ea4dc4f88d0e8cb"}},"error":{"code":"truncated-image","message":"the PNG ends before its end chunk","byte":300},"milliseconds":{"decode":0,"preprocess":0,"detect":0},"bytes":300,"quarantined":true,"build":"0.1.0"}');
INSERT INTO "audit_record" VALUES('gateway-1',4,1795869852595744,'verdict','adversarial','flagged',NULL,'000_speed-30_as_speed-80.png',NULL,'ea36def9e3f60d7381e5443cde3962b439d12f589b6dc3959c4ac01ebfef5f66','7ce4e61c3eb3c2505196beb0f421d0e81ef7a0760ad2035c2d9c03e01d87bd00','4ea1389aa363e725182d45090354585d1bd083bcea7176bf67e0fe3516908adf','{"version":1,"writer":"gateway-1","sequence":4,"time":"2026-11-28T12:44:12.595744Z","kind":"verdict","id":"1","source":"000_speed-30_as_speed-80.png","sha256":"ea36def9e3f60d7381e5443cde3962b439d12f589b6dc3959c4ac01ebfef5f66","verdict":"adversarial","action":"flagged","filter":{"name":"signs","digest":"7ce4e61c3eb3c2505196beb0f421d0e81ef7a0760ad2035c2d9c03e01d87bd00","files":{"classifier":"c966281e968d9f8581d7f7eb5ba321dc1b5fab21fec8cdaa9ea4dc4f88d0e8cb"}},"image":{"format":"png","width":64,"height":64,"colour":"rgb"},"prediction":{"class":5,"label":"speed-80","probability":0.994712114,"logOdds":5.237},"detectors":[{"name":"squeezing-probabilities","kind":"featureSqueezing","score":1.974275188,"threshold":0.000616,"flagged":true,"seen":"median 2 moves the prediction most; the class changes under median 2","detail":{"squeezers":[{"squeezer":"bitDepth 5","measure":"l1","distance":0.02349225,"class":5,"probability":0.982966006},{"squeezer":"median 2","measure":"l1","distance":1.974275188,"class":3,"probability":0.992270589}]}}],"way":{"asked":["classifier","bitDepth 5","median 2"],"end":"complete","precisions":{"classifier":"f32","looks":"f32"}},"milliseconds":{"decode":0.962,"preprocess":0.009,"detect":11.399},"bytes":7625,"quarantined":true,"build":"0.1.0"}');
INSERT INTO "audit_record" VALUES('gateway-1',5,1795869852746101,'review',NULL,NULL,NULL,NULL,NULL,'bc383a166d10387d29bb2076a89bf77a2ddb498002737fd359b1b134e8ce448a',NULL,'d2d03aab2c61a4291bd00255246c6be5b33a9ec612677951bd2496f52c5a358f','{"version":1,"writer":"gateway-1","sequence":5,"time":"2026-11-28T12:44:12.746101Z","kind":"review","subject":"gateway-1:2","sha256":"bc383a166d10387d29bb2076a89bf77a2ddb498002737fd359b1b134e8ce448a","label":"adversarial","note":"an attack","reviewer":"anna"}');
INSERT INTO "audit_record" VALUES('gateway-1',6,1795869852857266,'pruned',NULL,NULL,NULL,NULL,NULL,NULL,NULL,'ca82c887328dbc273e1b8ae8da65d2878e4ae159875905f6da3327548926be71','{"version":1,"writer":"gateway-1","sequence":6,"time":"2026-11-28T12:44:12.857266Z","kind":"pruned","images":["6a354a395c40b13dc54192b521a5d52b6146f5ab14bd61afeacf6599cee7495c","ea36def9e3f60d7381e5443cde3962b439d12f589b6dc3959c4ac01ebfef5f66"],"limits":{"seconds":0}}');
CREATE TABLE audit_review (
  sha256 TEXT PRIMARY KEY, label TEXT NOT NULL, class BIGINT, attack TEXT, note TEXT, reviewer TEXT NOT NULL,
  time BIGINT NOT NULL, writer TEXT NOT NULL, sequence BIGINT NOT NULL);
INSERT INTO "audit_review" VALUES('bc383a166d10387d29bb2076a89bf77a2ddb498002737fd359b1b134e8ce448a','adversarial',NULL,NULL,'an attack','anna',1795869852746101,'gateway-1',5);
CREATE TABLE audit_schema (version BIGINT NOT NULL);
INSERT INTO "audit_schema" VALUES(1);
CREATE TABLE audit_writer (
  writer TEXT PRIMARY KEY, sequence BIGINT NOT NULL, hash TEXT NOT NULL);
INSERT INTO "audit_writer" VALUES('gateway-1',6,'ca82c887328dbc273e1b8ae8da65d2878e4ae159875905f6da3327548926be71');
CREATE INDEX audit_record_time ON audit_record (time, verdict);
CREATE INDEX audit_record_verdict ON audit_record (verdict, time);
CREATE INDEX audit_record_client ON audit_record (client, time, verdict);
CREATE INDEX audit_record_kind ON audit_record (kind, time) WHERE kind <> 'verdict';
CREATE INDEX audit_record_sha256 ON audit_record (sha256);
CREATE INDEX audit_record_request ON audit_record (request);
CREATE INDEX audit_flag_detector ON audit_flag (detector, time);
CREATE INDEX audit_object_stored ON audit_object (state, held, stored);
