package org.logah.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import org.jspecify.annotations.NullMarked;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

/** Who may know whom: imports run one way, cli to training, to ghn and models, to autograd, to engine. */
@AnalyzeClasses(packages = "org.logah", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String ENGINE = "org.logah.engine..";
    private static final String AUTOGRAD = "org.logah.autograd..";
    private static final String MODELS = "org.logah.models..";
    private static final String GHN = "org.logah.ghn..";
    private static final String TRAINING = "org.logah.training..";
    private static final String CLI = "org.logah.cli..";
    private static final String TORNADO = "org.logah.tornado..";

    private static ArchRule never(String from, String... to) {
        return noClasses().that().resideInAPackage(from).should().dependOnClassesThat().resideInAnyPackage(to);
    }

    @ArchTest
    static final ArchRule engineKnowsNobody = never(ENGINE, AUTOGRAD, MODELS, GHN, TRAINING, CLI, TORNADO);

    @ArchTest
    static final ArchRule autogradKnowsTheEngineOnly = never(AUTOGRAD, MODELS, GHN, TRAINING, CLI, TORNADO);

    @ArchTest
    static final ArchRule hypernetworksKnowNoModels = never(GHN, MODELS, TRAINING, CLI, TORNADO);

    @ArchTest
    static final ArchRule modelsKnowNoHypernetworks = never(MODELS, GHN, TRAINING, CLI, TORNADO);

    @ArchTest
    static final ArchRule nobodyKnowsTheCommandLine = noClasses().that().resideOutsideOfPackage(CLI).should()
            .dependOnClassesThat().resideInAPackage(CLI);

    @ArchTest
    static final ArchRule nobodyKnowsTheGpuDevice = noClasses().that().resideOutsideOfPackage(TORNADO).should()
            .dependOnClassesThat().resideInAnyPackage("uk.ac.manchester.tornado..", TORNADO);

    @ArchTest
    static final ArchRule noLibraryKnowsAnImplementationOfTheEngine = noClasses().that()
            .resideInAnyPackage(AUTOGRAD, MODELS, GHN, TRAINING)
            .should().dependOnClassesThat().resideInAPackage("org.logah.engine.cpu..");

    @ArchTest
    static final ArchRule oneRoomForTheVectorApi = noClasses().that()
            .resideOutsideOfPackage("org.logah.engine.cpu.vector..").should()
            .dependOnClassesThat().resideInAPackage("jdk.incubator.vector..");

    @ArchTest
    static final ArchRule oneRoomForParsingArguments = noClasses().that().resideOutsideOfPackage(CLI).should()
            .dependOnClassesThat().resideInAPackage("picocli..");

    @ArchTest
    static final ArchRule graphsAndCollectionsAreOfHypernetworksAndTraining = noClasses().that()
            .resideInAnyPackage(ENGINE, AUTOGRAD, MODELS)
            .should().dependOnClassesThat()
            .resideInAnyPackage("org.jgrapht..", "org.eclipse.collections..");

    @ArchTest
    static final ArchRule randomnessIsSeeded = noClasses().should().dependOnClassesThat()
            .haveFullyQualifiedName("java.util.Random").orShould()
            .dependOnClassesThat().haveFullyQualifiedName("java.util.concurrent.ThreadLocalRandom");

    /** What package-info.java says; version control once left a whole folder's out, since it was called like one of built classes. */
    @ArchTest
    static final ArchRule nullIsNamedWhereItMayBe = classes()
            .should(new ArchCondition<>("be in a package of @NullMarked") {
                @Override
                public void check(JavaClass c, ConditionEvents events) {
                    boolean marked = c.getPackage().isAnnotatedWith(NullMarked.class);
                    events.add(new SimpleConditionEvent(c, marked,
                            c.getFullName() + ": its package is not @NullMarked"));
                }
            });

    /** Every package is a slice of its own, so that none knows another that knows it. */
    @ArchTest
    static final ArchRule noCyclesBetweenPackages = slices().matching("org.logah.(**)").should().beFreeOfCycles();
}
