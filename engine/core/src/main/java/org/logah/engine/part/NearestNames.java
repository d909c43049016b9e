package org.logah.engine.part;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** What a word that is no name may have been meant to be, so that a message need not list all names. */
public final class NearestNames {
    private static final int MOST = 3;

    private NearestNames() {}

    /**
     * {@return the names that a word begins, and those that differ from it in few letters, nearest first, at most three}
     *
     * @param word as it was written
     * @param names all that there are
     */
    public static List<String> of(String word, Collection<String> names) {
        List<String> near = new ArrayList<>();
        for (String name : names) if (isNear(word, name)) near.add(name);
        near.sort(Comparator.comparingInt(name -> distance(word, name)));
        return List.copyOf(near.subList(0, Math.min(MOST, near.size())));
    }

    /**
     * {@return a question for a message, {@code "did you mean gpt2 or gpts? "}; empty where nothing is near}
     *
     * @param word as it was written
     * @param names all that there are
     */
    public static String question(String word, Collection<String> names) {
        List<String> near = of(word, names);
        return near.isEmpty() ? "" : "did you mean " + String.join(" or ", near) + "? ";
    }

    private static boolean isNear(String word, String name) {
        return !word.isEmpty() && name.startsWith(word) || distance(word, name) <= Math.max(1, word.length() / 3);
    }

    /** Letters to put in, take out or change, at least. */
    private static int distance(String a, String b) {
        int[] last = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) last[j] = j;
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int changed = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(changed, 1 + Math.min(row[j - 1], last[j]));
            }
            last = row;
        }
        return last[b.length()];
    }
}
