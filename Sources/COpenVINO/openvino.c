#include "COpenVINO.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Binary interface of openvino_c 2025 and 2026, as its headers declare it.
typedef int ov_status;
typedef struct ov_core ov_core;
typedef struct ov_model ov_model;
typedef struct ov_compiled_model ov_compiled_model;
typedef struct ov_infer_request ov_infer_request;
typedef struct ov_tensor ov_tensor;
typedef struct ov_port ov_port;
typedef struct { const char *build_number, *description; } ov_version;
typedef struct { int64_t rank; int64_t *dims; } ov_shape;
typedef struct { int64_t min, max; } ov_dimension;
typedef struct { ov_dimension rank; ov_dimension *dims; } ov_partial_shape;
enum {
  OV_BOOLEAN = 1, OV_BF16, OV_F16, OV_F32, OV_F64, OV_I4, OV_I8, OV_I16, OV_I32, OV_I64,
  OV_U8 = 16, OV_U16, OV_U32, OV_U64, OV_STRING = 23
};

#define SYMBOLS(X)                                                                                       \
  X(ov_status, ov_get_openvino_version, (ov_version *))                                                  \
  X(void, ov_version_free, (ov_version *))                                                               \
  X(const char *, ov_get_error_info, (ov_status))                                                        \
  X(const char *, ov_get_last_err_msg, (void))                                                           \
  X(void, ov_free, (const char *))                                                                       \
  X(ov_status, ov_core_create, (ov_core **))                                                             \
  X(void, ov_core_free, (ov_core *))                                                                     \
  X(ov_status, ov_core_set_property, (const ov_core *, const char *, ...))                               \
  X(ov_status, ov_core_get_property, (const ov_core *, const char *, const char *, char **))             \
  X(ov_status, ov_core_import_model,                                                                     \
    (const ov_core *, const char *, const size_t, const char *, ov_compiled_model **))                   \
  X(ov_status, ov_core_read_model, (const ov_core *, const char *, const char *, ov_model **))           \
  X(ov_status, ov_core_read_model_from_memory_buffer,                                                    \
    (const ov_core *, const char *, const size_t, const ov_tensor *, ov_model **))                       \
  X(ov_status, ov_core_compile_model,                                                                    \
    (const ov_core *, const ov_model *, const char *, const size_t, ov_compiled_model **, ...))          \
  X(void, ov_model_free, (ov_model *))                                                                   \
  X(ov_status, ov_model_inputs_size, (const ov_model *, size_t *))                                       \
  X(ov_status, ov_model_outputs_size, (const ov_model *, size_t *))                                      \
  X(ov_status, ov_model_const_input_by_index, (const ov_model *, const size_t, ov_port **))              \
  X(ov_status, ov_model_const_output_by_index, (const ov_model *, const size_t, ov_port **))             \
  X(ov_status, ov_model_const_input_by_name, (const ov_model *, const char *, ov_port **))               \
  X(ov_status, ov_model_const_output_by_name, (const ov_model *, const char *, ov_port **))              \
  X(ov_status, ov_model_reshape_by_port_indexes,                                                         \
    (const ov_model *, const size_t *, const ov_partial_shape *, size_t))                                \
  X(ov_status, ov_port_get_any_name, (const ov_port *, char **))                                         \
  X(ov_status, ov_port_get_partial_shape, (const ov_port *, ov_partial_shape *))                         \
  X(ov_status, ov_port_get_element_type, (const ov_port *, int *))                                       \
  X(void, ov_output_const_port_free, (ov_port *))                                                        \
  X(ov_status, ov_partial_shape_create_static, (const int64_t, const int64_t *, ov_partial_shape *))     \
  X(void, ov_partial_shape_free, (ov_partial_shape *))                                                   \
  X(void, ov_compiled_model_free, (ov_compiled_model *))                                                 \
  X(ov_status, ov_compiled_model_get_property, (const ov_compiled_model *, const char *, char **))       \
  X(ov_status, ov_compiled_model_export_model, (const ov_compiled_model *, const char *))                \
  X(ov_status, ov_compiled_model_create_infer_request, (const ov_compiled_model *, ov_infer_request **)) \
  X(ov_status, ov_infer_request_set_input_tensor_by_index,                                               \
    (ov_infer_request *, const size_t, const ov_tensor *))                                               \
  X(ov_status, ov_infer_request_get_output_tensor_by_index,                                              \
    (const ov_infer_request *, const size_t, ov_tensor **))                                              \
  X(ov_status, ov_infer_request_infer, (ov_infer_request *))                                             \
  X(void, ov_infer_request_free, (ov_infer_request *))                                                   \
  X(ov_status, ov_shape_create, (const int64_t, const int64_t *, ov_shape *))                            \
  X(ov_status, ov_shape_free, (ov_shape *))                                                              \
  X(ov_status, ov_tensor_create_from_host_ptr, (const int, const ov_shape, void *, ov_tensor **))        \
  X(ov_status, ov_tensor_get_element_type, (const ov_tensor *, int *))                                   \
  X(ov_status, ov_tensor_get_size, (const ov_tensor *, size_t *))                                        \
  X(ov_status, ov_tensor_get_byte_size, (const ov_tensor *, size_t *))                                   \
  X(ov_status, ov_tensor_data, (const ov_tensor *, void **))                                             \
  X(void, ov_tensor_free, (ov_tensor *))

struct sluice_ov_library {
#define MEMBER(result, name, parameters) result(*name) parameters;
  SYMBOLS(MEMBER)
#undef MEMBER
  ov_core *core;
};

struct sluice_ov_compiled {
  ov_compiled_model *model;
  // What an imported model was opened with; the core of the library for all others.
  ov_core *own_core;
};

static const char device[] = "CPU", precision_key[] = "INFERENCE_PRECISION_HINT", streams_key[] = "NUM_STREAMS",
                  threads_key[] = "INFERENCE_NUM_THREADS", mapping_key[] = "ENABLE_MMAP";

static sluice_ov_status say(sluice_ov_status status, char *message, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, SLUICE_OV_MESSAGE, format, arguments);
  va_end(arguments);
  return status;
}

static sluice_ov_status failed(sluice_ov_library *library, ov_status status, char *message) {
  const char *kind = library->ov_get_error_info(status);
  // A copy of the last message of any thread, so the kind of the error stands before it.
  const char *detail = library->ov_get_last_err_msg();
  sluice_ov_status outcome =
      say(SLUICE_OV_FAILED, message, "%s %s", kind ? kind : "unknown error", detail ? detail : "");
  if (detail) library->ov_free(detail);
  return outcome;
}

static int element_code(sluice_ov_element element) {
  switch (element) {
    case SLUICE_OV_FLOAT32: return OV_F32;
    case SLUICE_OV_FLOAT16: return OV_F16;
    case SLUICE_OV_UINT8: return OV_U8;
    case SLUICE_OV_INT8: return OV_I8;
    default: return 0;
  }
}

static sluice_ov_element element_of(int code) {
  switch (code) {
    case OV_F32: return SLUICE_OV_FLOAT32;
    case OV_F16: return SLUICE_OV_FLOAT16;
    case OV_U8: return SLUICE_OV_UINT8;
    case OV_I8: return SLUICE_OV_INT8;
    default: return SLUICE_OV_OTHER;
  }
}

static const char *type_name(int code) {
  switch (code) {
    case OV_BOOLEAN: return "boolean";
    case OV_BF16: return "bfloat16";
    case OV_F16: return "float16";
    case OV_F32: return "float32";
    case OV_F64: return "float64";
    case OV_I4: return "int4";
    case OV_I8: return "int8";
    case OV_I16: return "int16";
    case OV_I32: return "int32";
    case OV_I64: return "int64";
    case OV_U8: return "uint8";
    case OV_U16: return "uint16";
    case OV_U32: return "uint32";
    case OV_U64: return "uint64";
    case OV_STRING: return "string";
    default: return "another type";
  }
}

static ov_status make_tensor(
    sluice_ov_library *library, int code, const int64_t *sizes, int rank, void *data, ov_tensor **tensor) {
  ov_shape shape;
  ov_status status = library->ov_shape_create(rank, sizes, &shape);
  if (status) return status;
  status = library->ov_tensor_create_from_host_ptr(code, shape, data, tensor);
  library->ov_shape_free(&shape);
  return status;
}

// Element type codes have changed between releases. Four types of four different widths and meanings tell.
static bool element_codes_fit(sluice_ov_library *library) {
  static const struct { int code; size_t bytes; } expected[] = {{OV_F32, 4}, {OV_F16, 2}, {OV_U8, 1}, {OV_I8, 1}};
  static const int64_t one = 1;
  char data[16];
  for (size_t index = 0; index < sizeof expected / sizeof *expected; index++) {
    ov_tensor *tensor = NULL;
    size_t bytes = 0;
    if (make_tensor(library, expected[index].code, &one, 1, data, &tensor)) return false;
    bool fits = !library->ov_tensor_get_byte_size(tensor, &bytes) && bytes == expected[index].bytes;
    library->ov_tensor_free(tensor);
    if (!fits) return false;
  }
  return true;
}

// A core that reads weights into memory of its own. By default it maps their files, also those beside an ONNX model: whoever
// writes to such a file would then change the answers of a model that is in use, and whoever shortens it would end the process.
static ov_status create_core(sluice_ov_library *library, ov_core **core) {
  ov_status status = library->ov_core_create(core);
  if (status) return status;
  status = library->ov_core_set_property(*core, device, mapping_key, "NO");
  if (status) library->ov_core_free(*core);
  return status;
}

sluice_ov_status sluice_ov_open(const char *path, sluice_ov_library **result, char version[128], char *message) {
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!handle) return say(SLUICE_OV_CANNOT_OPEN, message, "%s", dlerror());
  sluice_ov_library *library = calloc(1, sizeof *library);
  if (!library) return say(SLUICE_OV_FAILED, message, "no memory");
#define RESOLVE(result, name, parameters)                                                             \
  library->name = (result(*) parameters)dlsym(handle, #name);                                         \
  if (!library->name) {                                                                               \
    free(library);                                                                                    \
    return say(SLUICE_OV_INCOMPATIBLE, message, "the library has no function " #name);                \
  }
  SYMBOLS(RESOLVE)
#undef RESOLVE
  ov_version found;
  if (!library->ov_get_openvino_version(&found)) {
    snprintf(version, 128, "%s", found.build_number);
    library->ov_version_free(&found);
  }
  if (!element_codes_fit(library)) {
    free(library);
    return say(SLUICE_OV_INCOMPATIBLE, message, "version %s numbers its element types differently", version);
  }
  ov_status status = create_core(library, &library->core);
  if (status) {
    sluice_ov_status outcome = failed(library, status, message);
    free(library);
    return outcome;
  }
  *result = library;
  return SLUICE_OV_OK;
}

sluice_ov_status sluice_ov_read_model(
    sluice_ov_library *library, const char *path, sluice_ov_model **model, char *message) {
  ov_status status = library->ov_core_read_model(library->core, path, NULL, (ov_model **)model);
  return status ? failed(library, status, message) : SLUICE_OV_OK;
}

sluice_ov_status sluice_ov_read_model_bytes(
    sluice_ov_library *library, const void *bytes, size_t count, sluice_ov_model **model, char *message) {
  ov_status status =
      library->ov_core_read_model_from_memory_buffer(library->core, bytes, count, NULL, (ov_model **)model);
  return status ? failed(library, status, message) : SLUICE_OV_OK;
}

void sluice_ov_free_model(sluice_ov_library *library, sluice_ov_model *model) {
  library->ov_model_free((ov_model *)model);
}

size_t sluice_ov_port_count(sluice_ov_library *library, sluice_ov_model *model, sluice_ov_side side) {
  size_t count = 0;
  ov_status status = side == SLUICE_OV_INPUT ? library->ov_model_inputs_size((ov_model *)model, &count)
                                             : library->ov_model_outputs_size((ov_model *)model, &count);
  return status ? 0 : count;
}

static ov_status port_at(
    sluice_ov_library *library, sluice_ov_model *model, sluice_ov_side side, size_t index, ov_port **port) {
  return side == SLUICE_OV_INPUT ? library->ov_model_const_input_by_index((ov_model *)model, index, port)
                                 : library->ov_model_const_output_by_index((ov_model *)model, index, port);
}

// A tensor may be nameless (OpenVINO IR permits it); it then keeps the empty name.
static void copy_name(sluice_ov_library *library, ov_port *port, char name[SLUICE_OV_NAME]) {
  char *found = NULL;
  *name = 0;
  if (library->ov_port_get_any_name(port, &found) || !found) return;
  snprintf(name, SLUICE_OV_NAME, "%s", found);
  library->ov_free(found);
}

static sluice_ov_status copy_description(
    sluice_ov_library *library, ov_port *port, sluice_ov_port *description, char *message) {
  memset(description, 0, sizeof *description);
  int code = 0;
  ov_partial_shape shape;
  ov_status status = library->ov_port_get_element_type(port, &code);
  if (!status) status = library->ov_port_get_partial_shape(port, &shape);
  if (status) return failed(library, status, message);
  description->element = element_of(code);
  snprintf(description->type, sizeof description->type, "%s", type_name(code));
  bool is_known = shape.rank.min == shape.rank.max && shape.rank.max <= SLUICE_OV_MAX_RANK;
  description->rank = is_known ? (int)shape.rank.max : -1;
  for (int axis = 0; axis < description->rank; axis++) {
    ov_dimension size = shape.dims[axis];
    description->sizes[axis] = size.min == size.max ? size.max : -1;
  }
  library->ov_partial_shape_free(&shape);
  return SLUICE_OV_OK;
}

sluice_ov_status sluice_ov_describe_port(
    sluice_ov_library *library, sluice_ov_model *model, sluice_ov_side side, size_t index,
    sluice_ov_port *description, char name[SLUICE_OV_NAME], char *message) {
  ov_port *port = NULL;
  ov_status status = port_at(library, model, side, index, &port);
  if (status) return failed(library, status, message);
  copy_name(library, port, name);
  sluice_ov_status outcome = copy_description(library, port, description, message);
  library->ov_output_const_port_free(port);
  return outcome;
}

static bool is_called(
    sluice_ov_library *library, sluice_ov_model *model, sluice_ov_side side, size_t index, const char *name) {
  ov_port *port = NULL;
  if (port_at(library, model, side, index, &port)) return false;
  char *found = NULL;
  bool is_it = !library->ov_port_get_any_name(port, &found) && found && !strcmp(found, name);
  if (found) library->ov_free(found);
  library->ov_output_const_port_free(port);
  return is_it;
}

int sluice_ov_find_port(sluice_ov_library *library, sluice_ov_model *model, sluice_ov_side side, const char *name) {
  ov_port *port = NULL;
  ov_status status = side == SLUICE_OV_INPUT
                         ? library->ov_model_const_input_by_name((ov_model *)model, name, &port)
                         : library->ov_model_const_output_by_name((ov_model *)model, name, &port);
  if (status) return -1;
  // The engine does not say in which place a port is. Of its names it always gives the same one, which tells it from others.
  char *own_name = NULL;
  int place = -1;
  if (!library->ov_port_get_any_name(port, &own_name) && own_name) {
    size_t count = sluice_ov_port_count(library, model, side);
    for (size_t index = 0; index < count && place < 0; index++)
      if (is_called(library, model, side, index, own_name)) place = (int)index;
    library->ov_free(own_name);
  }
  library->ov_output_const_port_free(port);
  return place;
}

// Hands out a text of the engine, which is freed.
static sluice_ov_status copy_text(
    sluice_ov_library *library, ov_status status, char *text, char value[SLUICE_OV_VALUE], char *message) {
  if (status) return failed(library, status, message);
  snprintf(value, SLUICE_OV_VALUE, "%s", text ? text : "");
  if (text) library->ov_free(text);
  return SLUICE_OV_OK;
}

sluice_ov_status sluice_ov_device_property(
    sluice_ov_library *library, const char *name, char value[SLUICE_OV_VALUE], char *message) {
  char *text = NULL;
  ov_status status = library->ov_core_get_property(library->core, device, name, &text);
  return copy_text(library, status, text, value, message);
}

// A core of its own, whose settings nobody else sees.
static ov_status make_core(sluice_ov_library *library, const char *precision, const char *streams, ov_core **core) {
  ov_status status = create_core(library, core);
  if (status) return status;
  status = library->ov_core_set_property(*core, device, precision_key, precision);
  if (!status) status = library->ov_core_set_property(*core, device, streams_key, streams);
  if (!status) status = library->ov_core_set_property(*core, device, threads_key, streams);
  if (status) library->ov_core_free(*core);
  return status;
}

sluice_ov_status sluice_ov_accepted_precision(
    sluice_ov_library *library, const char *precision, char value[SLUICE_OV_VALUE], char *message) {
  ov_core *core = NULL;
  ov_status status = make_core(library, precision, "1", &core);
  if (status) return failed(library, status, message);
  char *text = NULL;
  status = library->ov_core_get_property(core, device, precision_key, &text);
  sluice_ov_status outcome = copy_text(library, status, text, value, message);
  library->ov_core_free(core);
  return outcome;
}

sluice_ov_status sluice_ov_reshape(
    sluice_ov_library *library, sluice_ov_model *model, size_t input, const int64_t *sizes, int rank,
    char *message) {
  ov_partial_shape shape;
  ov_status status = library->ov_partial_shape_create_static(rank, sizes, &shape);
  if (status) return failed(library, status, message);
  status = library->ov_model_reshape_by_port_indexes((ov_model *)model, &input, &shape, 1);
  library->ov_partial_shape_free(&shape);
  return status ? failed(library, status, message) : SLUICE_OV_OK;
}

// Takes the model, and the core that is its own alone, also where it fails.
static sluice_ov_status keep_compiled(
    sluice_ov_library *library, ov_compiled_model *model, ov_core *own_core, sluice_ov_compiled **compiled,
    char *message) {
  *compiled = malloc(sizeof **compiled);
  if (*compiled) {
    **compiled = (sluice_ov_compiled){model, own_core};
    return SLUICE_OV_OK;
  }
  library->ov_compiled_model_free(model);
  if (own_core) library->ov_core_free(own_core);
  return say(SLUICE_OV_FAILED, message, "no memory");
}

sluice_ov_status sluice_ov_compile(
    sluice_ov_library *library, sluice_ov_model *model, int streams, const char *precision,
    sluice_ov_compiled **compiled, char *message) {
  char count[16];
  snprintf(count, sizeof count, "%d", streams);
  ov_compiled_model *result = NULL;
  ov_status status = library->ov_core_compile_model(
      library->core, (ov_model *)model, device, 6, &result, precision_key, precision, streams_key, count,
      threads_key, count);
  return status ? failed(library, status, message) : keep_compiled(library, result, NULL, compiled, message);
}

sluice_ov_status sluice_ov_export(
    sluice_ov_library *library, sluice_ov_compiled *compiled, const char *path, char *message) {
  ov_status status = library->ov_compiled_model_export_model(compiled->model, path);
  return status ? failed(library, status, message) : SLUICE_OV_OK;
}

sluice_ov_status sluice_ov_import(
    sluice_ov_library *library, const void *bytes, size_t size, int streams, const char *precision,
    sluice_ov_compiled **compiled, char *message) {
  char count[16];
  snprintf(count, sizeof count, "%d", streams);
  ov_core *core = NULL;
  // Importing takes no settings, so they are those of the core.
  ov_status status = make_core(library, precision, count, &core);
  if (status) return failed(library, status, message);
  ov_compiled_model *result = NULL;
  status = library->ov_core_import_model(core, bytes, size, device, &result);
  if (!status) return keep_compiled(library, result, core, compiled, message);
  sluice_ov_status outcome = failed(library, status, message);
  library->ov_core_free(core);
  return outcome;
}

sluice_ov_status sluice_ov_compiled_precision(
    sluice_ov_library *library, sluice_ov_compiled *compiled, char value[SLUICE_OV_VALUE], char *message) {
  char *text = NULL;
  ov_status status = library->ov_compiled_model_get_property(compiled->model, precision_key, &text);
  return copy_text(library, status, text, value, message);
}

void sluice_ov_free_compiled(sluice_ov_library *library, sluice_ov_compiled *compiled) {
  library->ov_compiled_model_free(compiled->model);
  if (compiled->own_core) library->ov_core_free(compiled->own_core);
  free(compiled);
}

sluice_ov_status sluice_ov_create_request(
    sluice_ov_library *library, sluice_ov_compiled *compiled, sluice_ov_request **request, char *message) {
  ov_status status =
      library->ov_compiled_model_create_infer_request(compiled->model, (ov_infer_request **)request);
  return status ? failed(library, status, message) : SLUICE_OV_OK;
}

void sluice_ov_free_request(sluice_ov_library *library, sluice_ov_request *request) {
  library->ov_infer_request_free((ov_infer_request *)request);
}

// An IEEE half-precision number as a single-precision one, exactly.
static float half_value(uint16_t half) {
  _Float16 value;
  memcpy(&value, &half, sizeof value);
  return (float)value;
}

// Copies numbers of another type as floats; integers of a quantised output stay what they count.
static bool copy_numbers(int code, const void *data, float *scores, size_t count) {
  switch (code) {
    case OV_F32: memcpy(scores, data, count * sizeof *scores); return true;
    case OV_F64: for (size_t at = 0; at < count; at++) scores[at] = (float)((const double *)data)[at]; return true;
    case OV_F16: for (size_t at = 0; at < count; at++) scores[at] = half_value(((const uint16_t *)data)[at]); return true;
    case OV_U8: for (size_t at = 0; at < count; at++) scores[at] = ((const uint8_t *)data)[at]; return true;
    case OV_I8: for (size_t at = 0; at < count; at++) scores[at] = ((const int8_t *)data)[at]; return true;
    // No scores, but the numbers of classes beside them.
    case OV_I32: for (size_t at = 0; at < count; at++) scores[at] = (float)((const int32_t *)data)[at]; return true;
    case OV_I64: for (size_t at = 0; at < count; at++) scores[at] = (float)((const int64_t *)data)[at]; return true;
    default: return false;
  }
}

static sluice_ov_status copy_scores(
    sluice_ov_library *library, ov_tensor *tensor, float *scores, size_t scores_count, char *message) {
  int code = 0;
  size_t count = 0;
  void *data = NULL;
  ov_status status = library->ov_tensor_get_element_type(tensor, &code);
  if (!status) status = library->ov_tensor_get_size(tensor, &count);
  if (!status) status = library->ov_tensor_data(tensor, &data);
  if (status) return failed(library, status, message);
  if (count != scores_count)
    return say(SLUICE_OV_UNEXPECTED, message, "the output has %zu values instead of %zu", count, scores_count);
  if (!copy_numbers(code, data, scores, count))
    return say(SLUICE_OV_UNEXPECTED, message, "the output is of type %s", type_name(code));
  return SLUICE_OV_OK;
}

sluice_ov_status sluice_ov_infer(
    sluice_ov_library *library, sluice_ov_request *request, size_t input, sluice_ov_element element,
    const int64_t *sizes, int rank, const void *data, size_t output, float *scores, size_t scores_count,
    char *message) {
  ov_infer_request *inference = (ov_infer_request *)request;
  ov_tensor *tensor = NULL;
  // The engine does not write to an input, but its interface has no way to say so.
  ov_status status = make_tensor(library, element_code(element), sizes, rank, (void *)(uintptr_t)data, &tensor);
  if (status) return failed(library, status, message);
  status = library->ov_infer_request_set_input_tensor_by_index(inference, input, tensor);
  if (!status) status = library->ov_infer_request_infer(inference);
  library->ov_tensor_free(tensor);
  if (status) return failed(library, status, message);
  status = library->ov_infer_request_get_output_tensor_by_index(inference, output, &tensor);
  if (status) return failed(library, status, message);
  sluice_ov_status outcome = copy_scores(library, tensor, scores, scores_count, message);
  library->ov_tensor_free(tensor);
  return outcome;
}
