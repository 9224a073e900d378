/* What compiled code reaches on this machine: the yardstick for the NumPy probes.
 *
 * Compiled on the fly by ceilings_against_c.py (gcc -O3 -march=native -shared)
 * and called through ctypes. Vector types are GCC's own, VECTOR_BYTES wide, so that
 * the same source gives AVX-512, AVX2, SSE or NEON code, whatever the processor has.
 *
 * Every function works on `passes` sweeps over arrays of `n` doubles; plain
 * stores, as NumPy's loops have them, so memory is read before it is written.
 */

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifndef VECTOR_BYTES
#define VECTOR_BYTES 64
#endif
#define DOUBLES (VECTOR_BYTES / 8)

typedef double vd __attribute__((vector_size(VECTOR_BYTES), aligned(VECTOR_BYTES)));
typedef float vf __attribute__((vector_size(VECTOR_BYTES), aligned(VECTOR_BYTES)));

enum { READ, COPY, UPDATE, TRIAD, WRITE, FMA64, FMA32 };

/* Keeps a value alive and tells the compiler that memory may have changed. A value wider
 * than a register of the target has to be kept in memory: the compiler splits it. */
#if (VECTOR_BYTES == 64 && defined(__AVX512F__)) || (VECTOR_BYTES == 32 && defined(__AVX__))
#define KEEP(value) __asm__ volatile("" : "+v"(value) : : "memory")
#else
#define KEEP(value) __asm__ volatile("" : "+m"(value) : : "memory")
#endif
#define FENCE() __asm__ volatile("" : : : "memory")

static void read_pass(const vd *restrict a, const vd *restrict b, long n)
{
    vd s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0}, s4 = {0}, s5 = {0}, s6 = {0}, s7 = {0};
    for (long i = 0; i + 4 <= n; i += 4) {
        s0 += a[i];     s1 += b[i];
        s2 += a[i + 1]; s3 += b[i + 1];
        s4 += a[i + 2]; s5 += b[i + 2];
        s6 += a[i + 3]; s7 += b[i + 3];
    }
    s0 += s1 + s2 + s3 + s4 + s5 + s6 + s7;
    KEEP(s0);
}

static void copy_pass(vd *restrict a, const vd *restrict b, long n)
{
    for (long i = 0; i + 4 <= n; i += 4) {
        vd x0 = b[i], x1 = b[i + 1], x2 = b[i + 2], x3 = b[i + 3];
        a[i] = x0; a[i + 1] = x1; a[i + 2] = x2; a[i + 3] = x3;
    }
    FENCE();
}

static void update_pass(vd *restrict a, const vd *restrict b, long n)
{
    for (long i = 0; i + 4 <= n; i += 4) {
        a[i] += b[i]; a[i + 1] += b[i + 1]; a[i + 2] += b[i + 2]; a[i + 3] += b[i + 3];
    }
    FENCE();
}

static void triad_pass(vd *restrict a, const vd *restrict b, const vd *restrict c, long n)
{
    for (long i = 0; i + 4 <= n; i += 4) {
        a[i] = b[i] + 3.0 * c[i];
        a[i + 1] = b[i + 1] + 3.0 * c[i + 1];
        a[i + 2] = b[i + 2] + 3.0 * c[i + 2];
        a[i + 3] = b[i + 3] + 3.0 * c[i + 3];
    }
    FENCE();
}

static void write_pass(vd *a, long n)
{
    vd value = {0};
    KEEP(value);
    for (long i = 0; i + 4 <= n; i += 4) {
        a[i] = value; a[i + 1] = value; a[i + 2] = value; a[i + 3] = value;
    }
    FENCE();
}

/* 12 independent chains hide the latency of a fused multiply-add (4 or 5
 * cycles on two units); they stay in registers. One step is 12 FMAs. */
#define FMA_BODY(type, scalar)                                                     \
    type x = {0}, y = {0};                                                         \
    type c[12];                                                                    \
    x += (scalar)0.999; y += (scalar)1e-3;                                         \
    for (int k = 0; k < 12; k++) { c[k] = y * (scalar)k; }                         \
    KEEP(x); KEEP(y);                                                              \
    for (long i = 0; i < steps; i++) {                                             \
        c[0] = c[0] * x + y;   c[1] = c[1] * x + y;   c[2] = c[2] * x + y;         \
        c[3] = c[3] * x + y;   c[4] = c[4] * x + y;   c[5] = c[5] * x + y;         \
        c[6] = c[6] * x + y;   c[7] = c[7] * x + y;   c[8] = c[8] * x + y;         \
        c[9] = c[9] * x + y;   c[10] = c[10] * x + y; c[11] = c[11] * x + y;       \
    }                                                                              \
    for (int k = 0; k < 12; k++) { KEEP(c[k]); }

static void fma64_pass(long steps) { FMA_BODY(vd, double) }
static void fma32_pass(long steps) { FMA_BODY(vf, float) }

struct job {
    int kind;
    long n; /* doubles an array, or steps */
    long passes;
    double *a, *b, *c;
    pthread_barrier_t *ready;
    double begin_s, end_s;
};

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

static void one_pass(struct job *job)
{
    long vectors = job->n / DOUBLES;
    switch (job->kind) {
    case READ: read_pass((vd *)job->a, (vd *)job->b, vectors); break;
    case COPY: copy_pass((vd *)job->a, (vd *)job->b, vectors); break;
    case UPDATE: update_pass((vd *)job->a, (vd *)job->b, vectors); break;
    case TRIAD: triad_pass((vd *)job->a, (vd *)job->b, (vd *)job->c, vectors); break;
    case WRITE: write_pass((vd *)job->a, vectors); break;
    case FMA64: fma64_pass(job->n); break;
    case FMA32: fma32_pass(job->n); break;
    }
}

static void *work(void *argument)
{
    struct job *job = argument;
    one_pass(job);
    pthread_barrier_wait(job->ready);
    job->begin_s = now_s();
    for (long p = 0; p < job->passes; p++) {
        one_pass(job);
    }
    job->end_s = now_s();
    return NULL;
}

/* Seconds for `passes` passes on each of `threads` threads, from the first
 * begin to the last end. `arrays` holds three pointers a thread. */
double run(int kind, long n, long passes, int threads, double **arrays)
{
    struct job jobs[64];
    pthread_t ids[64];
    pthread_barrier_t ready;
    if (threads < 1 || threads > 64) {
        return -1.0;
    }
    pthread_barrier_init(&ready, NULL, threads);
    for (int t = 0; t < threads; t++) {
        jobs[t] = (struct job){kind, n, passes, arrays[3 * t], arrays[3 * t + 1],
                               arrays[3 * t + 2], &ready, 0, 0};
        if (t > 0) {
            pthread_create(&ids[t], NULL, work, &jobs[t]);
        }
    }
    work(&jobs[0]);
    double begin = jobs[0].begin_s, end = jobs[0].end_s;
    for (int t = 1; t < threads; t++) {
        pthread_join(ids[t], NULL);
        begin = jobs[t].begin_s < begin ? jobs[t].begin_s : begin;
        end = jobs[t].end_s > end ? jobs[t].end_s : end;
    }
    pthread_barrier_destroy(&ready);
    return end - begin;
}
