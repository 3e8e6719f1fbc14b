// The part of OpenVINO's C API that Sluice uses, opened at run time.
//
// Nothing is linked: the library is found with dlopen, every symbol is resolved once, and it is never closed (its
// threads outlive any handle). These functions gather the many small calls of the API into whole steps, make the one
// variadic call that Swift cannot, and turn every failure into a status and a message.
//
// A library, model or compiled model may be used from many threads; a request from one at a time.
#ifndef SLUICE_C_OPENVINO_H
#define SLUICE_C_OPENVINO_H

#include <stddef.h>
#include <stdint.h>

#define SLUICE_OV_MAX_RANK 8
#define SLUICE_OV_MESSAGE 4096
#define SLUICE_OV_VALUE 512
#define SLUICE_OV_NAME 4096

typedef struct sluice_ov_library sluice_ov_library;
typedef struct sluice_ov_model sluice_ov_model;
typedef struct sluice_ov_compiled sluice_ov_compiled;
typedef struct sluice_ov_request sluice_ov_request;

typedef enum {
  SLUICE_OV_OK = 0,
  SLUICE_OV_CANNOT_OPEN,   // dlopen failed
  SLUICE_OV_INCOMPATIBLE,  // a symbol is missing, or an enumeration has other values
  SLUICE_OV_FAILED,        // the engine reported an error
  SLUICE_OV_UNEXPECTED,    // another shape or element type than was asked for
} sluice_ov_status;

typedef enum {
  SLUICE_OV_OTHER = 0,
  SLUICE_OV_FLOAT32,
  SLUICE_OV_FLOAT16,
  SLUICE_OV_UINT8,
  SLUICE_OV_INT8,
} sluice_ov_element;

// Inputs and outputs are told by their places, because they need not have names, and may have several.
typedef enum {
  SLUICE_OV_INPUT = 0,
  SLUICE_OV_OUTPUT,
} sluice_ov_side;

typedef struct {
  sluice_ov_element element;
  char type[16];                      // the element type for people, as in "int64"
  int rank;                           // -1: not known before it runs
  int64_t sizes[SLUICE_OV_MAX_RANK];  // -1: not fixed
} sluice_ov_port;

// Opens the library and checks that it is of a kind that these declarations fit. `version` receives its build number.
sluice_ov_status sluice_ov_open(
    const char *path, sluice_ov_library **library, char version[128], char message[SLUICE_OV_MESSAGE]);

sluice_ov_status sluice_ov_read_model(
    sluice_ov_library *library, const char *path, sluice_ov_model **model, char message[SLUICE_OV_MESSAGE]);
// The same of a whole file in memory, which is not needed afterwards.
sluice_ov_status sluice_ov_read_model_bytes(
    sluice_ov_library *library, const void *bytes, size_t count, sluice_ov_model **model,
    char message[SLUICE_OV_MESSAGE]);
void sluice_ov_free_model(sluice_ov_library *library, sluice_ov_model *model);

size_t sluice_ov_port_count(sluice_ov_library *library, sluice_ov_model *model, sluice_ov_side side);
// Describes the port in a place. `name` receives one of its names, the same one each time, cut to that size; it stays empty
// where there is none.
sluice_ov_status sluice_ov_describe_port(
    sluice_ov_library *library, sluice_ov_model *model, sluice_ov_side side, size_t index, sluice_ov_port *port,
    char name[SLUICE_OV_NAME], char message[SLUICE_OV_MESSAGE]);
// The place of the port that has the name among its names; -1 where none has.
int sluice_ov_find_port(sluice_ov_library *library, sluice_ov_model *model, sluice_ov_side side, const char *name);

// A property of the CPU device as text, cut to the size of `value`.
sluice_ov_status sluice_ov_device_property(
    sluice_ov_library *library, const char *name, char value[SLUICE_OV_VALUE], char message[SLUICE_OV_MESSAGE]);

// The precision that the engine would compute in when asked for `precision`, "f32" or "bf16", without a model.
sluice_ov_status sluice_ov_accepted_precision(
    sluice_ov_library *library, const char *precision, char value[SLUICE_OV_VALUE],
    char message[SLUICE_OV_MESSAGE]);

// Gives the input a fixed shape, which changes the model: not to be called for one model from two threads at once, nor
// while it is being compiled.
sluice_ov_status sluice_ov_reshape(
    sluice_ov_library *library, sluice_ov_model *model, size_t input, const int64_t *sizes, int rank,
    char message[SLUICE_OV_MESSAGE]);

// Compiles for the CPU: `streams` inferences at a time, one thread each. `precision` is "f32" or "bf16".
sluice_ov_status sluice_ov_compile(
    sluice_ov_library *library, sluice_ov_model *model, int streams, const char *precision,
    sluice_ov_compiled **compiled, char message[SLUICE_OV_MESSAGE]);

// Writes a compiled model to a file, and makes one of such a file's bytes, which must stay as they are until it is freed.
// The engine checks the bytes badly: what is imported must be known to be whole, of this engine and of this processor.
sluice_ov_status sluice_ov_export(
    sluice_ov_library *library, sluice_ov_compiled *compiled, const char *path, char message[SLUICE_OV_MESSAGE]);
sluice_ov_status sluice_ov_import(
    sluice_ov_library *library, const void *bytes, size_t size, int streams, const char *precision,
    sluice_ov_compiled **compiled, char message[SLUICE_OV_MESSAGE]);

// The precision that a compiled model computes in.
sluice_ov_status sluice_ov_compiled_precision(
    sluice_ov_library *library, sluice_ov_compiled *compiled, char value[SLUICE_OV_VALUE],
    char message[SLUICE_OV_MESSAGE]);
void sluice_ov_free_compiled(sluice_ov_library *library, sluice_ov_compiled *compiled);

sluice_ov_status sluice_ov_create_request(
    sluice_ov_library *library, sluice_ov_compiled *compiled, sluice_ov_request **request,
    char message[SLUICE_OV_MESSAGE]);
void sluice_ov_free_request(sluice_ov_library *library, sluice_ov_request *request);

// Runs the model on `data`, which is read in place, and copies exactly `scores_count` numbers of the output as floats: of
// one of the five types that scores come in.
sluice_ov_status sluice_ov_infer(
    sluice_ov_library *library, sluice_ov_request *request, size_t input, sluice_ov_element element,
    const int64_t *sizes, int rank, const void *data, size_t output, float *scores, size_t scores_count,
    char message[SLUICE_OV_MESSAGE]);

#endif
