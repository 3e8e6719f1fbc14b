// A reader whose arrays have a bounded number of elements.
//
// hiredis allocates an array as soon as its length was announced. An array of 2^31 elements is announced in 13 bytes. Rejected
// alternative: to refuse such an array. Its reply would be lost whole, and with it the identifier of the stream's entry
// that must be passed over.
#include "CHiredis.h"

#include <stdbool.h>

#if HIREDIS_MAJOR >= 1
typedef size_t element_count;
#else
typedef int element_count;
#endif

// Stands for every object that has no place in its array. Nothing is ever stored in it, and nothing frees it.
static redisReply dropped = {.type = REDIS_REPLY_ARRAY};

static const redisReplyObjectFunctions *standard(const redisReadTask *task) { return task->privdata; }

static bool has_no_place(const redisReadTask *task) {
  if (task->parent == NULL) return false;
  const redisReply *array = task->parent->obj;
  return task->idx < 0 || (size_t)task->idx >= array->elements;
}

static void *create_string(const redisReadTask *task, char *bytes, size_t length) {
  return has_no_place(task) ? &dropped : standard(task)->createString(task, bytes, length);
}

static void *create_array(const redisReadTask *task, element_count elements) {
  if (has_no_place(task)) return &dropped;
  return standard(task)->createArray(
      task, elements > SLUICE_REDIS_MAX_ELEMENTS ? (element_count)SLUICE_REDIS_MAX_ELEMENTS : elements);
}

static void *create_integer(const redisReadTask *task, long long value) {
  return has_no_place(task) ? &dropped : standard(task)->createInteger(task, value);
}

static void *create_nil(const redisReadTask *task) {
  return has_no_place(task) ? &dropped : standard(task)->createNil(task);
}

#if HIREDIS_MAJOR >= 1
// Kinds of the protocol's third version, which a server sends only to who asks for it. A reader without these
// functions would take numbers for objects.
static void *create_double(const redisReadTask *task, double value, char *text, size_t length) {
  return has_no_place(task) ? &dropped : standard(task)->createDouble(task, value, text, length);
}

static void *create_bool(const redisReadTask *task, int value) {
  return has_no_place(task) ? &dropped : standard(task)->createBool(task, value);
}
#endif

static void free_object(void *object) {
  if (object != &dropped) freeReplyObject(object);
}

static redisReplyObjectFunctions bounded = {
    .createString = create_string,
    .createArray = create_array,
    .createInteger = create_integer,
    .createNil = create_nil,
#if HIREDIS_MAJOR >= 1
    .createDouble = create_double,
    .createBool = create_bool,
#endif
    .freeObject = free_object,
};

redisReader *sluice_redis_reader(void) {
  redisReader *reader = redisReaderCreate();
  if (reader == NULL) return NULL;
  // Each task carries what is called in the end.
  reader->privdata = reader->fn;
  reader->fn = &bounded;
  return reader;
}

const redisReply *sluice_redis_partial_reply(const redisReader *reader) { return reader->reply; }
