package org.logah.engine.cpu.vector;

/**
 * Which part of a product is wanted under a causal mask, where row r of a matrix of scores has numbers in its first {@code r + first}
 * columns only, between none and {@code most}. What is left out would be zero or is not looked at, so no finite number changes.
 *
 * @param place which matrix of the product has that form
 * @param first columns that row 0 sees, negative where it and rows below it see none
 * @param most columns of the matrix of scores
 */
record Triangle(Place place, int first, int most) {
    enum Place {
        NOWHERE,
        /** The scores are the result; of a row, whole vectors are written, and what they hold beyond its columns is not looked at. */
        RESULT,
        /** The scores are the left operand, zero from a row's columns to the end of its panel's. */
        LEFT,
        /** The scores, transposed, are the left operand: row j of it has numbers from the first score's row that sees column j on. */
        LEFT_TRANSPOSED
    }

    private static final int UNIT = Math.max(Simd.LANES, Gemm.MR);
    /** Everything is wanted. */
    static final Triangle NONE = new Triangle(Place.NOWHERE, 0, 0);

    Triangle at(Place other) { return new Triangle(other, first, most); }

    /** How many columns a row of scores sees. */
    int seen(int row) { return Math.clamp((long) row + first, 0, most); }

    /** The same up to the end of its last vector. */
    int vectors(int row) { return whole(seen(row)); }

    /** How many columns of a result {@code n} wide are wanted of rows up to this one. */
    int columns(int lastRow, int n) {
        return place == Place.RESULT ? vectors(lastRow) : n;
    }

    /** The first of the terms of rows from this one on that is not zero. */
    int firstTerm(int firstRow) {
        return place == Place.LEFT_TRANSPOSED ? Math.max(0, firstRow - first + 1) : 0;
    }

    /** Up to which of {@code k} terms of rows up to this one there is something but zeros. */
    int endTerm(int lastRow, int k) {
        return place == Place.LEFT ? Math.min(k, seen(lastRow)) : k;
    }

    /** A number of columns rounded up to whole vectors, and to whole panels of rows where vectors are shorter. */
    static int whole(int columns) {
        return (columns + UNIT - 1) / UNIT * UNIT;
    }
}
