// A pool that runs one job at a time. Its workers spin for a moment after a job, since the next one
// of a forward pass follows within microseconds, and then sleep. A job never waits for a worker
// that has not begun: on a busy machine the caller does the work itself.
//
// A thread begins with the chunks of a range of its own, the same part of every job, so that it finds
// in its cache the rows that it wrote in the job before. Then it helps the others.
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "CKernels.h"

enum { SPIN_NANOSECONDS = 50000 };

// The next chunk of a thread's range; no two are in one line of the cache.
typedef struct {
  atomic_size_t next;
  char padding[64 - sizeof(atomic_size_t)];
} chunk_range;

struct zk_pool {
  int threads;
  pthread_t *workers;
  chunk_range *ranges;

  // The job. Written only while no job is open and no worker is active.
  zk_body body;
  void *context;
  size_t chunks;

  // Counts jobs; odd while one is open. A worker first becomes active and then looks whether the
  // job is still open; the caller first closes the job and then looks for active workers. So either
  // the worker stays out or the caller waits for it.
  atomic_uint_fast64_t epoch;
  atomic_int active;

  pthread_mutex_t lock;
  pthread_cond_t work, idle;
  atomic_int sleepers;
  atomic_bool caller_sleeps;
  atomic_bool ends;
};

typedef struct {
  zk_pool *pool;
  int thread;
} worker_argument;

static inline void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static int64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// Where the range of a thread begins, and that of the one before ends.
static size_t first_chunk(const zk_pool *pool, int thread) {
  return pool->chunks * (size_t)thread / (size_t)pool->threads;
}

static void run_chunks(zk_pool *pool, int thread) {
  for (int i = 0, owner = thread; i < pool->threads; i++, owner++) {
    if (owner == pool->threads) owner = 0;
    atomic_size_t *next = &pool->ranges[owner].next;
    size_t end = first_chunk(pool, owner + 1);
    // Looks before it takes: most ranges of others are done.
    while (atomic_load_explicit(next, memory_order_relaxed) < end) {
      size_t chunk = atomic_fetch_add_explicit(next, 1, memory_order_relaxed);
      if (chunk < end) pool->body(pool->context, chunk, thread);
    }
  }
}

static bool has_work(zk_pool *pool, uint_fast64_t last) {
  uint_fast64_t epoch = atomic_load(&pool->epoch);
  return ((epoch & 1) && epoch != last) || atomic_load(&pool->ends);
}

static void wait_for_work(zk_pool *pool, uint_fast64_t last) {
  int64_t start = nanoseconds();
  do {
    for (int i = 0; i < 64; i++) {
      if (has_work(pool, last)) return;
      pause_briefly();
    }
  } while (nanoseconds() - start < SPIN_NANOSECONDS);
  pthread_mutex_lock(&pool->lock);
  atomic_fetch_add(&pool->sleepers, 1);
  while (!has_work(pool, last)) pthread_cond_wait(&pool->work, &pool->lock);
  atomic_fetch_sub(&pool->sleepers, 1);
  pthread_mutex_unlock(&pool->lock);
}

static void leave(zk_pool *pool) {
  if (atomic_fetch_sub(&pool->active, 1) == 1 && atomic_load(&pool->caller_sleeps)) {
    pthread_mutex_lock(&pool->lock);
    pthread_cond_signal(&pool->idle);
    pthread_mutex_unlock(&pool->lock);
  }
}

static void *work(void *argument) {
  worker_argument own = *(worker_argument *)argument;
  free(argument);
  zk_pool *pool = own.pool;
  uint_fast64_t last = 0;
  for (;;) {
    wait_for_work(pool, last);
    if (atomic_load(&pool->ends)) return NULL;
    atomic_fetch_add(&pool->active, 1);
    uint_fast64_t epoch = atomic_load(&pool->epoch);
    if (epoch & 1) {
      run_chunks(pool, own.thread);
      last = epoch;
    }
    leave(pool);
  }
}

static void free_pool(zk_pool *pool) {
  free(pool->ranges);
  free(pool->workers);
  free(pool);
}

zk_pool *zk_pool_create(int threads) {
  zk_pool *pool = calloc(1, sizeof *pool);
  if (!pool) return NULL;
  size_t count = threads > 1 ? (size_t)threads : 1;
  pool->workers = calloc(count, sizeof *pool->workers);
  pool->ranges = calloc(count, sizeof *pool->ranges);
  if (!pool->workers || !pool->ranges) {
    free_pool(pool);
    return NULL;
  }
  pool->threads = 1;
  pthread_mutex_init(&pool->lock, NULL);
  pthread_cond_init(&pool->work, NULL);
  pthread_cond_init(&pool->idle, NULL);
  while (pool->threads < threads) {
    worker_argument *argument = malloc(sizeof *argument);
    if (!argument) break;
    *argument = (worker_argument){pool, pool->threads};
    if (pthread_create(&pool->workers[pool->threads - 1], NULL, work, argument) != 0) {
      free(argument);
      break;
    }
    pool->threads++;
  }
  return pool;
}

void zk_pool_destroy(zk_pool *pool) {
  pthread_mutex_lock(&pool->lock);
  atomic_store(&pool->ends, true);
  pthread_cond_broadcast(&pool->work);
  pthread_mutex_unlock(&pool->lock);
  for (int i = 0; i < pool->threads - 1; i++) pthread_join(pool->workers[i], NULL);
  pthread_cond_destroy(&pool->idle);
  pthread_cond_destroy(&pool->work);
  pthread_mutex_destroy(&pool->lock);
  free_pool(pool);
}

int zk_pool_threads(const zk_pool *pool) { return pool->threads; }

static void wait_for_workers(zk_pool *pool) {
  int64_t start = nanoseconds();
  do {
    for (int i = 0; i < 64; i++) {
      if (atomic_load(&pool->active) == 0) return;
      pause_briefly();
    }
  } while (nanoseconds() - start < SPIN_NANOSECONDS);
  pthread_mutex_lock(&pool->lock);
  atomic_store(&pool->caller_sleeps, true);
  while (atomic_load(&pool->active) != 0) pthread_cond_wait(&pool->idle, &pool->lock);
  atomic_store(&pool->caller_sleeps, false);
  pthread_mutex_unlock(&pool->lock);
}

void zk_parallel(zk_pool *pool, size_t chunks, zk_body body, void *context) {
  if (chunks == 0) return;
  if (chunks == 1 || pool->threads == 1) {
    for (size_t chunk = 0; chunk < chunks; chunk++) body(context, chunk, 0);
    return;
  }
  pool->body = body;
  pool->context = context;
  pool->chunks = chunks;
  for (int thread = 0; thread < pool->threads; thread++)
    atomic_store_explicit(
        &pool->ranges[thread].next, first_chunk(pool, thread), memory_order_relaxed);
  atomic_fetch_add(&pool->epoch, 1);
  if (atomic_load(&pool->sleepers) > 0) {
    pthread_mutex_lock(&pool->lock);
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
  }
  run_chunks(pool, 0);
  atomic_fetch_add(&pool->epoch, 1);
  wait_for_workers(pool);
}
