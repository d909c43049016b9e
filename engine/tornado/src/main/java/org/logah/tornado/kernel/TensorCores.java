package org.logah.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.enums.MMAShape;
import uk.ac.manchester.tornado.api.types.BFloat16;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The matrix product on tensor cores: operands are rounded to 16 bits and packed in the order in which warps load them, sums
 * are kept in 32 bits. A work-group of 8 warps makes tiles of 128 x 128 results, a warp 32 x 64 of them by
 * {@code mma.m16n8k16} (PTX ISA, "Matrix multiply-accumulate"), and goes on to the next tile that no group has.
 */
public final class TensorCores {
    /** Rows and columns of a tile. */
    public static final int TILE = 128;
    /** Terms that a tile's operands are packed for at a time. */
    public static final int CHUNK = 32;
    /** Threads of a work-group: 8 warps. */
    public static final int THREADS = 256;
    /** Groups that a launch has at most; each needs {@code TILE * TILE} floats of its own. */
    public static final int MOST_GROUPS = 256;

    private TensorCores() {}

    /** Words that {@code lines} rows or columns take when packed. */
    public static long packed(int batch, int lines, int terms) {
        return (long) batch * ((lines + TILE - 1) / TILE) * ((terms + CHUNK - 1) / CHUNK) * (TILE * CHUNK / 2);
    }

    private static int pair(int half, float low, float high) {
        int l;
        int h;
        if (half == 0) {
            l = BFloat16.bf16FromFloat(low);
            h = BFloat16.bf16FromFloat(high);
        } else {
            l = new HalfFloat(low).getHalfFloatValue();
            h = new HalfFloat(high).getHalfFloatValue();
        }
        return (l & 0xFFFF) | (h << 16);
    }

    /**
     * Rounds and packs both operands, a thread a word of two numbers: a tile's 128 lines after the other, of each 32 terms after
     * the other, in the pieces that a warp loads at once, of A 16 rows x 16 terms, of B 16 terms x 8 columns. What lies beyond
     * the matrix is zero.
     *
     * <p>a: 0 m, 1 n, 2 k, 3 transposed a, 4 transposed b, 6 a, 7 b, 10 packed a, 11 packed b, 15 words of a, 16 words of both,
     * 17 half floats (0: bfloat16).
     */
    public static void pack(KernelContext c, IntArray a, FloatArray memory, IntArray words) {
        int thread = c.globalIdx;
        int ofLeft = a.get(15);
        int chunks = (a.get(2) + 31) / 32;
        int isLeft = thread < ofLeft ? 1 : 0;
        int e = isLeft == 1 ? thread : thread - ofLeft;
        int block = e / 2048;
        int inBlock = e - block * 2048;
        int lines = block / chunks;
        int k0 = (block - lines * chunks) * 32;
        if (thread < a.get(16)) {
            if (isLeft == 1) {
                int down = (a.get(0) + 127) / 128;
                int plane = lines / down;
                int piece = inBlock / 128;
                int inPiece = inBlock - piece * 128;
                int row = (lines - plane * down) * 128 + piece / 2 * 16 + inPiece / 8;
                int term = k0 + (piece - piece / 2 * 2) * 16 + (inPiece - inPiece / 8 * 8) * 2;
                float low = Products.leftAt(a, memory, plane, row, term);
                float high = Products.leftAt(a, memory, plane, row, term + 1);
                words.set(a.get(10) + e, pair(a.get(17), low, high));
            } else {
                int across = (a.get(1) + 127) / 128;
                int plane = lines / across;
                int piece = inBlock / 64;
                int inPiece = inBlock - piece * 64;
                int column = (lines - plane * across) * 128 + piece / 2 * 8 + (inPiece - inPiece / 4 * 4) * 2;
                int term = k0 + (piece - piece / 2 * 2) * 16 + inPiece / 4;
                float low = Products.rightAt(a, memory, plane, term, column);
                float high = Products.rightAt(a, memory, plane, term, column + 1);
                words.set(a.get(11) + e, pair(a.get(17), low, high));
            }
        }
    }

    /** 1 if a tile can be stored into the result as it is. */
    private static int whole(IntArray a, int tileRow, int tileColumn) {
        int inside = tileRow * 128 + 128 <= a.get(0) && tileColumn * 128 + 128 <= a.get(1) ? 1 : 0;
        return inside == 1 && a.get(5) == 0 && a.get(8) < 0 ? 1 : 0;
    }

    /** Fragments can only be stored whole; where the result has no place for that, they go to the group's own room. */
    private static int room(KernelContext c, IntArray a) {
        return a.get(12) + c.groupIdx * 16384;
    }

    /** From the group's room into the result, with what is added. */
    private static void finish(KernelContext c, IntArray a, FloatArray memory, int plane, int tileRow, int tileColumn) {
        for (int e = c.localIdx; e < 16384; e += 256) {
            int row = tileRow * 128 + e / 128;
            int column = tileColumn * 128 + e - e / 128 * 128;
            Products.store(a, memory, plane, row, column, memory.get(room(c, a) + e));
        }
        c.globalBarrier();
    }

    /**
     * The product of operands packed as bfloat16.
     *
     * <p>a: 0 m, 1 n, 2 k, 5 accumulate, 8 bias (-1: none), 9 out, 10 the packed left operand and 11 the right one in words,
     * 12 room for the groups' tiles, 13 batch, 14 groups.
     */
    public static void productBf16(KernelContext c, IntArray a, FloatArray memory, IntArray words) {
        int[] left = c.allocateIntLocalArray(4096);
        int[] right = c.allocateIntLocalArray(4096);
        int[] nextLeft = new int[8];
        int[] nextRight = new int[8];
        int thread = c.localIdx;
        int warp = thread / 32;
        int warpRow = warp / 2;
        int warpColumn = warp - warpRow * 2;
        int across = (a.get(1) + 127) / 128;
        int down = (a.get(0) + 127) / 128;
        int chunks = (a.get(2) + 31) / 32;
        for (int tile = c.groupIdx; tile < across * down * a.get(13); tile += a.get(14)) {
            int plane = tile / (across * down);
            int tileRow = (tile - plane * across * down) / across;
            int tileColumn = tile - (plane * down + tileRow) * across;
            int atLeft = a.get(10) + (plane * down + tileRow) * chunks * 2048 + thread;
            int atRight = a.get(11) + (plane * across + tileColumn) * chunks * 2048 + thread;
            for (int i = 0; i < 8; i++) {
                nextLeft[i] = words.get(atLeft + i * 256);
                nextRight[i] = words.get(atRight + i * 256);
            }
            float[] c00 = c.mmaFragment(0f);
            float[] c01 = c.mmaFragment(0f);
            float[] c02 = c.mmaFragment(0f);
            float[] c03 = c.mmaFragment(0f);
            float[] c04 = c.mmaFragment(0f);
            float[] c05 = c.mmaFragment(0f);
            float[] c06 = c.mmaFragment(0f);
            float[] c07 = c.mmaFragment(0f);
            float[] c10 = c.mmaFragment(0f);
            float[] c11 = c.mmaFragment(0f);
            float[] c12 = c.mmaFragment(0f);
            float[] c13 = c.mmaFragment(0f);
            float[] c14 = c.mmaFragment(0f);
            float[] c15 = c.mmaFragment(0f);
            float[] c16 = c.mmaFragment(0f);
            float[] c17 = c.mmaFragment(0f);
            // One loop carries the sums: TornadoVM's fragments cannot pass from a loop to one inside it.
            for (int step = 0; step < chunks * 2; step++) {
                int odd = step - step / 2 * 2;
                int half = (step / 2 - step / 4 * 2) * 2048;
                if (odd == 0) {
                    for (int i = 0; i < 8; i++) {
                        left[half + thread + i * 256] = nextLeft[i];
                        right[half + thread + i * 256] = nextRight[i];
                    }
                    c.localBarrier();
                    int next = step + 2 < chunks * 2 ? (step + 2) * 1024 : step * 1024;
                    for (int i = 0; i < 8; i++) {
                        nextLeft[i] = words.get(atLeft + next + i * 256);
                        nextRight[i] = words.get(atRight + next + i * 256);
                    }
                }
                int atA = half * 4 + (warpRow * 4 + odd) * 512;
                int atB = half * 4 + (warpColumn * 16 + odd) * 256;
                HalfFloat[] a0 = c.mmaLoadA(left, 16, atA);
                HalfFloat[] a1 = c.mmaLoadA(left, 16, atA + 1024);
                HalfFloat[] b0 = c.mmaLoadB(right, 16, atB);
                HalfFloat[] b1 = c.mmaLoadB(right, 16, atB + 512);
                HalfFloat[] b2 = c.mmaLoadB(right, 16, atB + 1024);
                HalfFloat[] b3 = c.mmaLoadB(right, 16, atB + 1536);
                HalfFloat[] b4 = c.mmaLoadB(right, 16, atB + 2048);
                HalfFloat[] b5 = c.mmaLoadB(right, 16, atB + 2560);
                HalfFloat[] b6 = c.mmaLoadB(right, 16, atB + 3072);
                HalfFloat[] b7 = c.mmaLoadB(right, 16, atB + 3584);
                c00 = c.mmaBF16(a0, b0, c00, MMAShape.M16N8K16);
                c01 = c.mmaBF16(a0, b1, c01, MMAShape.M16N8K16);
                c02 = c.mmaBF16(a0, b2, c02, MMAShape.M16N8K16);
                c03 = c.mmaBF16(a0, b3, c03, MMAShape.M16N8K16);
                c04 = c.mmaBF16(a0, b4, c04, MMAShape.M16N8K16);
                c05 = c.mmaBF16(a0, b5, c05, MMAShape.M16N8K16);
                c06 = c.mmaBF16(a0, b6, c06, MMAShape.M16N8K16);
                c07 = c.mmaBF16(a0, b7, c07, MMAShape.M16N8K16);
                c10 = c.mmaBF16(a1, b0, c10, MMAShape.M16N8K16);
                c11 = c.mmaBF16(a1, b1, c11, MMAShape.M16N8K16);
                c12 = c.mmaBF16(a1, b2, c12, MMAShape.M16N8K16);
                c13 = c.mmaBF16(a1, b3, c13, MMAShape.M16N8K16);
                c14 = c.mmaBF16(a1, b4, c14, MMAShape.M16N8K16);
                c15 = c.mmaBF16(a1, b5, c15, MMAShape.M16N8K16);
                c16 = c.mmaBF16(a1, b6, c16, MMAShape.M16N8K16);
                c17 = c.mmaBF16(a1, b7, c17, MMAShape.M16N8K16);
            }
            int whole = whole(a, tileRow, tileColumn);
            int stride = whole == 1 ? a.get(1) : 128;
            int row = (whole == 1 ? tileRow * 128 : 0) + warpRow * 32;
            int at = whole == 1 ? a.get(9) + plane * a.get(0) * a.get(1) + tileColumn * 128 : room(c, a);
            int column = at + warpColumn * 64;
            c.mmaStore(c00, memory, row, column, stride);
            c.mmaStore(c01, memory, row, column + 8, stride);
            c.mmaStore(c02, memory, row, column + 16, stride);
            c.mmaStore(c03, memory, row, column + 24, stride);
            c.mmaStore(c04, memory, row, column + 32, stride);
            c.mmaStore(c05, memory, row, column + 40, stride);
            c.mmaStore(c06, memory, row, column + 48, stride);
            c.mmaStore(c07, memory, row, column + 56, stride);
            c.mmaStore(c10, memory, row + 16, column, stride);
            c.mmaStore(c11, memory, row + 16, column + 8, stride);
            c.mmaStore(c12, memory, row + 16, column + 16, stride);
            c.mmaStore(c13, memory, row + 16, column + 24, stride);
            c.mmaStore(c14, memory, row + 16, column + 32, stride);
            c.mmaStore(c15, memory, row + 16, column + 40, stride);
            c.mmaStore(c16, memory, row + 16, column + 48, stride);
            c.mmaStore(c17, memory, row + 16, column + 56, stride);
            c.globalBarrier();
            if (whole == 0) finish(c, a, memory, plane, tileRow, tileColumn);
        }
    }

    /**
     * The product of operands packed as half floats.
     *
     * <p>a: 0 m, 1 n, 2 k, 5 accumulate, 8 bias (-1: none), 9 out, 10 the packed left operand and 11 the right one in words,
     * 12 room for the groups' tiles, 13 batch, 14 groups.
     */
    public static void productF16(KernelContext c, IntArray a, FloatArray memory, IntArray words) {
        int[] left = c.allocateIntLocalArray(4096);
        int[] right = c.allocateIntLocalArray(4096);
        int[] nextLeft = new int[8];
        int[] nextRight = new int[8];
        int thread = c.localIdx;
        int warp = thread / 32;
        int warpRow = warp / 2;
        int warpColumn = warp - warpRow * 2;
        int across = (a.get(1) + 127) / 128;
        int down = (a.get(0) + 127) / 128;
        int chunks = (a.get(2) + 31) / 32;
        for (int tile = c.groupIdx; tile < across * down * a.get(13); tile += a.get(14)) {
            int plane = tile / (across * down);
            int tileRow = (tile - plane * across * down) / across;
            int tileColumn = tile - (plane * down + tileRow) * across;
            int atLeft = a.get(10) + (plane * down + tileRow) * chunks * 2048 + thread;
            int atRight = a.get(11) + (plane * across + tileColumn) * chunks * 2048 + thread;
            for (int i = 0; i < 8; i++) {
                nextLeft[i] = words.get(atLeft + i * 256);
                nextRight[i] = words.get(atRight + i * 256);
            }
            float[] c00 = c.mmaFragment(0f);
            float[] c01 = c.mmaFragment(0f);
            float[] c02 = c.mmaFragment(0f);
            float[] c03 = c.mmaFragment(0f);
            float[] c04 = c.mmaFragment(0f);
            float[] c05 = c.mmaFragment(0f);
            float[] c06 = c.mmaFragment(0f);
            float[] c07 = c.mmaFragment(0f);
            float[] c10 = c.mmaFragment(0f);
            float[] c11 = c.mmaFragment(0f);
            float[] c12 = c.mmaFragment(0f);
            float[] c13 = c.mmaFragment(0f);
            float[] c14 = c.mmaFragment(0f);
            float[] c15 = c.mmaFragment(0f);
            float[] c16 = c.mmaFragment(0f);
            float[] c17 = c.mmaFragment(0f);
            // One loop carries the sums: TornadoVM's fragments cannot pass from a loop to one inside it.
            for (int step = 0; step < chunks * 2; step++) {
                int odd = step - step / 2 * 2;
                int half = (step / 2 - step / 4 * 2) * 2048;
                if (odd == 0) {
                    for (int i = 0; i < 8; i++) {
                        left[half + thread + i * 256] = nextLeft[i];
                        right[half + thread + i * 256] = nextRight[i];
                    }
                    c.localBarrier();
                    int next = step + 2 < chunks * 2 ? (step + 2) * 1024 : step * 1024;
                    for (int i = 0; i < 8; i++) {
                        nextLeft[i] = words.get(atLeft + next + i * 256);
                        nextRight[i] = words.get(atRight + next + i * 256);
                    }
                }
                int atA = half * 4 + (warpRow * 4 + odd) * 512;
                int atB = half * 4 + (warpColumn * 16 + odd) * 256;
                HalfFloat[] a0 = c.mmaLoadA(left, 16, atA);
                HalfFloat[] a1 = c.mmaLoadA(left, 16, atA + 1024);
                HalfFloat[] b0 = c.mmaLoadB(right, 16, atB);
                HalfFloat[] b1 = c.mmaLoadB(right, 16, atB + 512);
                HalfFloat[] b2 = c.mmaLoadB(right, 16, atB + 1024);
                HalfFloat[] b3 = c.mmaLoadB(right, 16, atB + 1536);
                HalfFloat[] b4 = c.mmaLoadB(right, 16, atB + 2048);
                HalfFloat[] b5 = c.mmaLoadB(right, 16, atB + 2560);
                HalfFloat[] b6 = c.mmaLoadB(right, 16, atB + 3072);
                HalfFloat[] b7 = c.mmaLoadB(right, 16, atB + 3584);
                c00 = c.mma(a0, b0, c00, MMAShape.M16N8K16);
                c01 = c.mma(a0, b1, c01, MMAShape.M16N8K16);
                c02 = c.mma(a0, b2, c02, MMAShape.M16N8K16);
                c03 = c.mma(a0, b3, c03, MMAShape.M16N8K16);
                c04 = c.mma(a0, b4, c04, MMAShape.M16N8K16);
                c05 = c.mma(a0, b5, c05, MMAShape.M16N8K16);
                c06 = c.mma(a0, b6, c06, MMAShape.M16N8K16);
                c07 = c.mma(a0, b7, c07, MMAShape.M16N8K16);
                c10 = c.mma(a1, b0, c10, MMAShape.M16N8K16);
                c11 = c.mma(a1, b1, c11, MMAShape.M16N8K16);
                c12 = c.mma(a1, b2, c12, MMAShape.M16N8K16);
                c13 = c.mma(a1, b3, c13, MMAShape.M16N8K16);
                c14 = c.mma(a1, b4, c14, MMAShape.M16N8K16);
                c15 = c.mma(a1, b5, c15, MMAShape.M16N8K16);
                c16 = c.mma(a1, b6, c16, MMAShape.M16N8K16);
                c17 = c.mma(a1, b7, c17, MMAShape.M16N8K16);
            }
            int whole = whole(a, tileRow, tileColumn);
            int stride = whole == 1 ? a.get(1) : 128;
            int row = (whole == 1 ? tileRow * 128 : 0) + warpRow * 32;
            int at = whole == 1 ? a.get(9) + plane * a.get(0) * a.get(1) + tileColumn * 128 : room(c, a);
            int column = at + warpColumn * 64;
            c.mmaStore(c00, memory, row, column, stride);
            c.mmaStore(c01, memory, row, column + 8, stride);
            c.mmaStore(c02, memory, row, column + 16, stride);
            c.mmaStore(c03, memory, row, column + 24, stride);
            c.mmaStore(c04, memory, row, column + 32, stride);
            c.mmaStore(c05, memory, row, column + 40, stride);
            c.mmaStore(c06, memory, row, column + 48, stride);
            c.mmaStore(c07, memory, row, column + 56, stride);
            c.mmaStore(c10, memory, row + 16, column, stride);
            c.mmaStore(c11, memory, row + 16, column + 8, stride);
            c.mmaStore(c12, memory, row + 16, column + 16, stride);
            c.mmaStore(c13, memory, row + 16, column + 24, stride);
            c.mmaStore(c14, memory, row + 16, column + 32, stride);
            c.mmaStore(c15, memory, row + 16, column + 40, stride);
            c.mmaStore(c16, memory, row + 16, column + 48, stride);
            c.mmaStore(c17, memory, row + 16, column + 56, stride);
            c.globalBarrier();
            if (whole == 0) finish(c, a, memory, plane, tileRow, tileColumn);
        }
    }
}
