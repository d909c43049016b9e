package org.logah.tornado;

import java.util.List;

import org.logah.engine.TensorException;

/**
 * A kernel did not compile or did not run; nothing else was computed in its place. The message names it and the way out, so
 * commands show it in one line.
 */
public final class LaunchException extends TensorException {
    private static final long serialVersionUID = 1L;

    LaunchException(String message, Throwable cause) { super(message, cause); }

    /** What TornadoVM says, in one line: without its colours, and without the stack trace that it puts into the message. */
    static String reason(Throwable e) {
        String text = String.valueOf(e.getMessage()).replaceAll("\\x1b\\[[0-9;]*m", "");
        int trace = text.indexOf("Stacktrace:");
        List<String> lines = (trace < 0 ? text : text.substring(0, trace)).lines().map(String::strip)
                .filter(l -> !l.isEmpty() && !l.startsWith("Bailout is disabled"))
                .map(l -> l.replaceFirst("^(Reason|The internal error is): ", "")).toList();
        return lines.isEmpty() ? e.getClass().getSimpleName() : String.join(" ", lines);
    }
}
