package org.logah.ghn.graph;

/** Where a value of a traced network comes from. */
sealed interface Origin {
    /** A constant: from no input and no parameter that has a node. */
    enum Constant implements Origin { CONSTANT }

    /** A function of one parameter alone; it has no node before something is computed with it. */
    record OfParameter(String name) implements Origin {}

    /** From one node. */
    record OfNode(int node) implements Origin {}

    /**
     * Several nodes without a common node yet. Attention reads them one by one; for any other reader {@link GraphBuilder#only}
     * makes one node that joins them.
     */
    final class Joined implements Origin {
        private final Primitive primitive;
        private final int[] nodes;
        private int joint = -1;

        /**
         * @param primitive of the node that joins them where one is needed
         * @param nodes sorted
         */
        Joined(Primitive primitive, int[] nodes) {
            this.primitive = primitive;
            this.nodes = nodes;
        }

        Primitive primitive() { return primitive; }

        int[] nodes() { return nodes; }

        /** The node that joins them, -1 as long as there is none. */
        int joint() { return joint; }

        void joinAt(int node) { joint = node; }
    }
}
