package org.logah.spark;

import org.jspecify.annotations.Nullable;
import org.logah.engine.OneLine;

/** What went wrong in Spark, in a line. */
final class Failures {
    private Failures() {}

    static String line(Throwable e) {
        Throwable deepest = e;
        for (Throwable c = e; c != null; c = c.getCause()) if (c.getMessage() != null) deepest = c;
        @Nullable
        String message = deepest.getMessage();
        String said = message == null ? deepest.toString() : message;
        if (said.contains("UnsupportedClassVersionError"))
            return "an executor runs an older Java; set spark.executorEnv.JAVA_HOME to a JDK 25 there";
        if (said.contains("InvalidClassException") || said.contains("NoClassDefFoundError")
                || said.contains("ClassNotFoundException"))
            return "an executor has other classes than this process (" + first(said)
                    + "); send the same jar to all, and use a cluster of the same Spark";
        if (said.contains("ExecutorLostFailure"))
            return "executors were lost again and again in the same step (" + first(said)
                    + "); do they have memory enough?";
        return OneLine.of(first(said));
    }

    /** Spark's messages go on with a stack. */
    private static String first(String said) {
        int end = said.indexOf("\n\tat ");
        String head = end < 0 ? said : said.substring(0, end);
        int driver = head.indexOf("\n\nDriver stacktrace");
        return OneLine.of(driver < 0 ? head : head.substring(0, driver));
    }
}
