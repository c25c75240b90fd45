// Float kernels of the model zoo, and the threads that run them.
//
// Every matrix is row-major float32; a stride is the distance between rows in elements. The
// functions check nothing: ZooTensors is their only caller and owns the preconditions.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---- Threads ---------------------------------------------------------------------------------

// How many processors this process may use by its affinity; on Apple silicon the performance cores.
int zk_processors(void);

typedef struct zk_pool zk_pool;

// A pool whose jobs run on `threads` threads: the caller's and `threads - 1` workers. NULL when the
// system gives no memory; fewer workers when it gives fewer threads.
zk_pool *_Nullable zk_pool_create(int threads);
// Ends the workers. No job may be running.
void zk_pool_destroy(zk_pool *_Nonnull pool);
// How many threads run a job, the caller included.
int zk_pool_threads(const zk_pool *_Nonnull pool);

// Runs body(context, chunk, thread) once for each chunk in 0..<chunks, on any thread of the pool;
// `thread` is in 0..<zk_pool_threads. Returns when all are done. One caller at a time.
typedef void (*zk_body)(void *_Nonnull context, size_t chunk, int thread);
void zk_parallel(zk_pool *_Nonnull pool, size_t chunks, zk_body _Nonnull body, void *_Nonnull context);

// ---- Paths -----------------------------------------------------------------------------------

// The kernels compiled for one kind of processor.
typedef struct zk_path zk_path;

// The paths compiled into this program, best first; `index` from 0, NULL past the last.
const zk_path *_Nullable zk_path_at(size_t index);
const char *_Nonnull zk_path_name(const zk_path *_Nonnull path);
// Whether this processor can run the path.
bool zk_path_runs_here(const zk_path *_Nonnull path);
// The best path that this processor can run.
const zk_path *_Nonnull zk_path_best(void);

// Does `rounds` rounds of independent multiply-adds in registers, the most that a thread can do, and
// gives how many floating-point operations they were.
double zk_peak_operations(const zk_path *_Nonnull path, size_t rounds);

// ---- Made-up values ----------------------------------------------------------------------------

// values[i] = center + scale * u, with u from -1 up to 1 in steps of 2^-23: the upper 24 bits of
// SplitMix64's number i after `seed`. Product and sum are rounded one by one.
void zk_made_up(uint64_t seed, float center, float scale, size_t count, float *_Nonnull values);

// ---- Matrix products --------------------------------------------------------------------------

// What the products of a layer are computed with. The weights are rounded to it; sums, and everything
// else, are float32.
typedef enum {
  ZK_F32,
  // Weights in bfloat16; the inputs too where the processor has instructions for that.
  ZK_BF16,
  // Weights in int8 with a scale for each of the n outputs, inputs with one and a zero point for each
  // of the m rows; the sums of products are exact. At most 65536 inputs. Weights go to 127, but to 63
  // where the processor's products of bytes have no room for more.
  ZK_INT8,
} zk_precision;
enum { ZK_PRECISIONS = 3 };

// Whether the path has instructions for the products of a precision, and does not widen its numbers.
bool zk_path_is_native(const zk_path *_Nonnull path, zk_precision precision);

// How many bytes the packed form of a weight matrix [n, k] takes.
size_t zk_packed_size(
    const zk_path *_Nonnull path, zk_precision precision, size_t n, size_t k);
// Packs w [n, k], which may lie at any address, into memory aligned to 64 bytes. Where there are
// factors [n] each row is multiplied by its own.
void zk_pack(
    const zk_path *_Nonnull path, zk_pool *_Nonnull pool, zk_precision precision,
    const void *_Nonnull w, size_t n, size_t k, const double *_Nullable factors,
    void *_Nonnull packed);

typedef enum {
  ZK_IDENTITY,
  ZK_GELU,
  ZK_GELU_TANH,
  ZK_QUICK_GELU,
  ZK_SILU,
  ZK_RELU,
  ZK_RELU6,
  ZK_LEAKY_RELU,    // x, or 0.01 x below 0
  ZK_SQUARED_RELU,  // max(x, 0)^2
  ZK_SIGMOID,
  ZK_HARD_SIGMOID,  // x + 3 between 0 and 6, divided by 6
  ZK_HARD_SWISH,    // x times that
} zk_activation;
enum { ZK_ACTIVATIONS = ZK_HARD_SWISH + 1 };
// What happens with the value v that a product gives for an element c of the result.
typedef enum {
  ZK_STORE,     // c = v
  ZK_ADD,       // c = c + v
  ZK_MULTIPLY,  // c = c * v
  // c = activation(c + v), where v is not activated before.
  ZK_ADD_THEN_ACTIVATE,
} zk_combine;
enum { ZK_COMBINES = ZK_ADD_THEN_ACTIVATE + 1 };

// c [m, n] = combine(scale * activation(a [m, k] x w^T + bias)). ZK_PADDING zeros follow bias and
// scale.
enum { ZK_PADDING = 64 };
typedef struct {
  zk_precision precision;
  const float *_Nonnull a;
  size_t a_stride;
  const void *_Nonnull packed;
  void *_Nullable scratch;  // zk_gemm_scratch() bytes, aligned to 64
  float *_Nonnull c;
  size_t c_stride;
  size_t m, n, k;
  const float *_Nullable bias;   // [n]
  const float *_Nullable scale;  // [n]
  zk_activation activation;
  zk_combine combine;
} zk_gemm_task;
size_t zk_gemm_scratch(
    const zk_path *_Nonnull path, zk_precision precision, size_t m, size_t k);
void zk_gemm(const zk_path *_Nonnull path, zk_pool *_Nonnull pool, const zk_gemm_task *_Nonnull task);
// In double precision, from weights that are not packed; they are rounded as the path does it, and
// for int8 the inputs are.
void zk_gemm_naive(
    const zk_path *_Nonnull path, const zk_gemm_task *_Nonnull task, const float *_Nonnull w);

// ---- Attention --------------------------------------------------------------------------------

// For each image and head: out = softmax(scale * q k^T) v.
//
// The operand of image i, row t, head h begins at p + i * image + t * row + h * head; a step of 0
// shares it. The result of image i, row t, head h begins at out + (i * queries + t) * out_row +
// h * value_dim.
typedef struct {
  const float *_Nonnull p;
  size_t image, row, head;
} zk_operand;
// Heads that see each other's scores: before the softmax those of head h become the sums over heads i
// of scores[h * heads + i] times those of i plus scores_bias[h], after it the weights likewise.
typedef struct {
  const float *_Nonnull scores;
  const float *_Nonnull scores_bias;
  const float *_Nonnull weights;
  const float *_Nonnull weights_bias;
} zk_mixing;
typedef struct {
  zk_operand q, k, v;
  float *_Nonnull out;
  size_t out_row;
  size_t images, heads, queries, keys, head_dim, value_dim;
  float scale;
  const zk_mixing *_Nullable mixing;
  float *_Nonnull scratch;  // zk_attention_scratch() floats for each thread of the pool
} zk_attention_task;
size_t zk_attention_scratch(const zk_path *_Nonnull path, const zk_attention_task *_Nonnull task);
void zk_attention(
    const zk_path *_Nonnull path, zk_pool *_Nonnull pool, const zk_attention_task *_Nonnull task);
// `scratch` here holds 2 * `heads` * `keys` floats.
void zk_attention_naive(const zk_attention_task *_Nonnull task);

// ---- Normalisation ----------------------------------------------------------------------------

// y = activation(norm(x)) for `groups` neighbouring groups of `size` elements in each row, in place
// where y == x; the norm is LayerNorm, or RMSNorm where `rms`.
typedef struct {
  const float *_Nonnull x;
  size_t x_stride;
  float *_Nonnull y;
  size_t y_stride;
  size_t rows, groups, size;
  const float *_Nonnull weight;  // [size]
  const float *_Nullable bias;   // [size]
  float eps;
  bool rms;
  zk_activation activation;
} zk_norm_task;
void zk_norm(const zk_path *_Nonnull path, zk_pool *_Nonnull pool, const zk_norm_task *_Nonnull task);
void zk_norm_naive(const zk_norm_task *_Nonnull task);

// ---- Rotary position embedding ------------------------------------------------------------------

// Turns x, in place: for `heads` neighbouring groups of `size` elements in each row,
// x[i] = cosine[i] * x[i] + sine[i] * x[partner of i]. The partner is the neighbour in a pair where
// `interleaved`, else the element half a group away; `size` is even.
typedef struct {
  float *_Nonnull x;
  size_t stride, rows, heads, size;
  // [places, size]; row r of x is at place r % places. Signs are in the sines.
  const float *_Nonnull cosine;
  const float *_Nonnull sine;
  size_t places;
  bool interleaved;
} zk_rotary_task;
void zk_rotary(
    const zk_path *_Nonnull path, zk_pool *_Nonnull pool, const zk_rotary_task *_Nonnull task);
void zk_rotary_naive(const zk_rotary_task *_Nonnull task);

// ---- Feature maps -----------------------------------------------------------------------------

// A map is a matrix [images * height * width, channels].

// Where the windows of a convolution lie on a map. Window (y, x) begins at row y * stride_y - top and
// column x * stride_x - left; what it sees beyond the edges is zero.
typedef struct {
  size_t height, width, out_height, out_width;
  size_t kernel_height, kernel_width, stride_y, stride_x, dilation_y, dilation_x;
  size_t top, left;
} zk_window;

// y [images * out_height * out_width, outputs] = combine(scale * activation(convolution + bias)).
//
// With one group the precision is as in a product, but with one scale and zero point for all inputs of
// an image; with more it is ZK_F32. ZK_PADDING zeros follow bias and scale.
typedef struct {
  zk_precision precision;
  // Whether each result is a sum of products. Else dense 3 x 3 convolutions of stride 1 in ZK_F32 may
  // use Winograd's algorithm, which needs fewer products and more memory for the weights, and rounds
  // otherwise.
  bool exact;
  zk_window window;
  size_t images, inputs, outputs, groups;
  const float *_Nonnull x;
  size_t x_stride;
  const void *_Nonnull packed;
  float *_Nonnull y;
  size_t y_stride;
  const float *_Nullable bias;   // [outputs]
  const float *_Nullable scale;  // [outputs]
  zk_activation activation;
  zk_combine combine;
  const float *_Nonnull zeros;  // [inputs]
  void *_Nonnull scratch;       // zk_convolution_scratch() bytes, aligned to 64
} zk_convolution_task;
// How many bytes the packed form of the weights of a task takes.
size_t zk_convolution_packed_size(
    const zk_path *_Nonnull path, const zk_convolution_task *_Nonnull task);
// Packs w [outputs, kernel_height, kernel_width, inputs / groups] into zeros aligned to 64 bytes.
void zk_convolution_pack(
    const zk_path *_Nonnull path, zk_pool *_Nonnull pool,
    const zk_convolution_task *_Nonnull task, const float *_Nonnull w, void *_Nonnull packed);
size_t zk_convolution_scratch(
    const zk_path *_Nonnull path, const zk_pool *_Nonnull pool,
    const zk_convolution_task *_Nonnull task);
void zk_convolve(
    const zk_path *_Nonnull path, zk_pool *_Nonnull pool,
    const zk_convolution_task *_Nonnull task);
// In double precision, from weights that are not packed; of ZK_F32 tasks only.
void zk_convolve_naive(const zk_convolution_task *_Nonnull task, const float *_Nonnull w);

typedef enum { ZK_POOL_MAX, ZK_POOL_MEAN, ZK_POOL_MEAN_SQUARE } zk_pooling;
// The rows or columns that one row or column of a pool's result sees, at least one, and how many a
// mean is divided by.
typedef struct {
  uint32_t first, count;
  float divisor;
} zk_bin;
// y [images * out_height * out_width, channels], from x [images * height * width, channels].
typedef struct {
  zk_pooling pooling;
  const float *_Nonnull x;
  size_t x_stride;
  float *_Nonnull y;
  size_t y_stride;
  size_t images, height, width, channels;
  const zk_bin *_Nonnull rows;
  size_t out_height;
  const zk_bin *_Nonnull columns;
  size_t out_width;
} zk_pooling_task;
void zk_pool_map(
    const zk_path *_Nonnull path, zk_pool *_Nonnull pool, const zk_pooling_task *_Nonnull task);
void zk_pool_map_naive(const zk_pooling_task *_Nonnull task);

// y [rows, columns] = combine(activation(scale * x + shift)), in place where y == x. The scale and the
// shift of row r begin at scale + r / rows_per_image * scale_image; a step of 0 shares them.
typedef struct {
  const float *_Nonnull x;
  size_t x_stride;
  float *_Nonnull y;
  size_t y_stride;
  size_t rows, columns, rows_per_image;
  const float *_Nullable scale;
  size_t scale_image;
  const float *_Nullable shift;
  size_t shift_image;
  zk_activation activation;
  zk_combine combine;
} zk_affine_task;
void zk_affine(
    const zk_path *_Nonnull path, zk_pool *_Nonnull pool, const zk_affine_task *_Nonnull task);
void zk_affine_naive(const zk_affine_task *_Nonnull task);

// y [images * area, channels] from x, where each image has one channel after the other.
typedef struct {
  const float *_Nonnull x;
  size_t x_stride;  // from image to image
  float *_Nonnull y;
  size_t y_stride;
  size_t images, area, channels;
} zk_layout_task;
void zk_channels_last(zk_pool *_Nonnull pool, const zk_layout_task *_Nonnull task);

// Maps side by side, weighed place by place and added up with one value for each image and channel:
// y [rows, columns] = the sum of weights [maps + 1] of the row times x [maps, columns] of the row and
// constants [columns] of the image.
typedef struct {
  const float *_Nonnull x;
  size_t x_stride;
  const float *_Nonnull weights;
  size_t weights_stride;
  const float *_Nonnull constants;
  size_t constants_stride;
  float *_Nonnull y;
  size_t y_stride;
  size_t rows, columns, maps, rows_per_image;
} zk_weighted_sum_task;
void zk_weighted_sum(
    const zk_path *_Nonnull path, zk_pool *_Nonnull pool,
    const zk_weighted_sum_task *_Nonnull task);
void zk_weighted_sum_naive(const zk_weighted_sum_task *_Nonnull task);
