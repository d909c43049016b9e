package org.logah.training.data.text;

import java.util.ArrayList;
import java.util.List;

import org.logah.engine.random.RandomStream;

/**
 * English-like text from a small grammar: statements, questions, reports and counts, with subjects and verbs that agree,
 * nested clauses, pronouns that refer back, and sums that are right. Learnable, and not in a few steps.
 */
public final class GrammarText {
    private static final String[] NOUNS = {"cat", "dog", "farmer", "teacher", "sailor", "child", "baker", "painter",
            "horse", "river",
            "village", "garden", "captain", "doctor", "queen", "thief", "robot", "bird", "tree", "stone"};
    private static final String[] PLURALS = {"cats", "dogs", "farmers", "teachers", "sailors", "children", "bakers",
            "painters", "horses",
            "rivers", "villages", "gardens", "captains", "doctors", "queens", "thieves", "robots", "birds", "trees",
            "stones"};
    private static final String[] ADJECTIVES = {"old", "small", "quiet", "red", "clever", "tired", "brave", "hungry",
            "bright", "lonely"};
    private static final String[] TRANSITIVE = {"see", "follow", "help", "paint", "find", "call", "watch", "carry",
            "fear", "remember"};
    private static final String[] INTRANSITIVE = {"sleep", "wait", "sing", "fall", "work", "travel", "laugh", "rest"};
    private static final String[] THINK = {"think", "say", "hope", "know"};
    private static final String[] PLACES = {"near the river", "in the old house", "behind the wall", "under the bridge",
            "at the market",
            "on the hill"};
    private static final String[] TIMES = {"today", "every morning", "at night", "in winter", "before dinner",
            "now and then"};
    private static final String[] NUMBERS = {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight",
            "nine", "ten", "eleven",
            "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"};
    private static final int DEEPEST = 2;

    private final RandomStream random;

    private GrammarText(RandomStream random) { this.random = random; }

    /**
     * {@return text in paragraphs; the same for the same seed}
     *
     * @param length the text has at least this many characters, and ends with the paragraph that reaches it
     * @param seed of everything random
     */
    public static String generate(int length, long seed) {
        GrammarText g = new GrammarText(new RandomStream(seed));
        StringBuilder out = new StringBuilder(length + 200);
        while (out.length() < length) {
            int sentences = 3 + g.random.nextInt(5);
            List<String> paragraph = new ArrayList<>();
            for (int i = 0; i < sentences; i++) paragraph.add(g.sentence());
            out.append(String.join(" ", paragraph)).append("\n\n");
        }
        return out.toString();
    }

    private String sentence() {
        return switch (random.nextInt(8)) {
            case 0 -> capital(question());
            case 1 -> capital(sum());
            case 2 -> capital(report());
            case 3 -> capital(condition());
            default -> capital(clause(0) + tail()) + ".";
        };
    }

    private String tail() {
        return switch (random.nextInt(4)) {
            case 0 -> " " + pick(TIMES);
            case 1 -> " " + pick(PLACES);
            default -> "";
        };
    }

    private String clause(int depth) {
        boolean plural = random.nextInt(2) == 0;
        String subject = nounPhrase(plural, depth);
        if (depth < DEEPEST && random.nextInt(6) == 0)
            return subject + " " + verb(pick(THINK), plural) + " that " + clause(depth + 1);
        return subject + " " + predicate(plural, depth);
    }

    private String predicate(boolean plural, int depth) {
        return switch (random.nextInt(3)) {
            case 0 -> verb(pick(INTRANSITIVE), plural);
            case 1 -> (plural ? "are " : "is ") + pick(ADJECTIVES) + " and " + pick(ADJECTIVES);
            default -> verb(pick(TRANSITIVE), plural) + " " + nounPhrase(random.nextInt(2) == 0, depth + 1);
        };
    }

    private String nounPhrase(boolean plural, int depth) {
        String determiner = plural
                ? random.nextInt(3) == 0 ? NUMBERS[2 + random.nextInt(8)] : "the"
                : random.nextInt(3) == 0 ? "this" : "the";
        String adjective = random.nextInt(3) == 0 ? pick(ADJECTIVES) + " " : "";
        String noun = plural ? pick(PLURALS) : pick(NOUNS);
        String head = determiner + " " + adjective + noun;
        if (depth >= DEEPEST || random.nextInt(5) != 0) return head;
        if (random.nextInt(2) == 0) return head + " that " + predicate(plural, depth + 1);
        boolean others = random.nextInt(2) == 0;
        return head + " that " + nounPhrase(others, depth + 1) + " " + verb(pick(TRANSITIVE), others);
    }

    private String question() {
        boolean plural = random.nextInt(2) == 0;
        return (plural ? "do " : "does ") + nounPhrase(plural, 1) + " " + pick(TRANSITIVE) + " "
                + nounPhrase(random.nextInt(2) == 0, 1) + "?";
    }

    /** A sum that is right, and who has what. */
    private String sum() {
        int a = 1 + random.nextInt(9);
        int b = 1 + random.nextInt(9);
        String things = pick(PLURALS);
        return switch (random.nextInt(2)) {
            case 0 -> NUMBERS[a] + " and " + NUMBERS[b] + " make " + NUMBERS[a + b] + ".";
            default ->
                "the " + pick(NOUNS) + " has " + count(a, things) + " and finds " + NUMBERS[b] + " more, so there are "
                        + NUMBERS[a + b] + " " + things + " now.";
        };
    }

    private static String count(int n, String plural) {
        if (n != 1) return NUMBERS[n] + " " + plural;
        for (int i = 0; i < PLURALS.length; i++) {
            if (PLURALS[i].equals(plural)) return "one " + NOUNS[i];
        }
        throw new IllegalArgumentException(plural);
    }

    private String report() {
        boolean plural = random.nextInt(2) == 0;
        String who = plural ? pick(PLURALS) : pick(NOUNS);
        String first = verb(pick(INTRANSITIVE), plural) + " " + pick(PLACES);
        String second = verb(pick(TRANSITIVE), plural) + " " + nounPhrase(random.nextInt(2) == 0, 1);
        return "when the " + who + " " + first + ", " + (plural ? "they" : "it") + " " + second + ".";
    }

    private String condition() { return "if " + clause(1) + ", then " + clause(1) + "."; }

    private static String verb(String stem, boolean plural) {
        if (plural) return stem;
        if (stem.endsWith("ch")) return stem + "es";
        return stem.endsWith("y") && !stem.endsWith("ay") ? stem.substring(0, stem.length() - 1) + "ies" : stem + "s";
    }

    private String pick(String[] words) { return words[random.nextInt(words.length)]; }

    private static String capital(String s) { return Character.toUpperCase(s.charAt(0)) + s.substring(1); }
}
