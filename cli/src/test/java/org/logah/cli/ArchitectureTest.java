package org.logah.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may know whom: imports run one way, cli to ghn and models, to autograd, to engine. */
@AnalyzeClasses(packages = "org.logah", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule engineKnowsNobody = noClasses().that().resideInAPackage("org.logah.engine..").should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.logah.autograd..", "org.logah.models..", "org.logah.ghn..", "org.logah.cli..");

    @ArchTest
    static final ArchRule autogradKnowsTheEngineOnly = noClasses().that().resideInAPackage("org.logah.autograd..")
            .should().dependOnClassesThat()
            .resideInAnyPackage("org.logah.models..", "org.logah.ghn..", "org.logah.cli..");

    @ArchTest
    static final ArchRule autogradKnowsNoImplementation = noClasses().that()
            .resideInAnyPackage("org.logah.autograd..", "org.logah.models..", "org.logah.ghn..")
            .should().dependOnClassesThat().resideInAPackage("org.logah.engine.cpu..");

    @ArchTest
    static final ArchRule hypernetworksKnowNoModels = noClasses().that().resideInAPackage("org.logah.ghn..").should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.logah.models..", "org.logah.cli..");

    @ArchTest
    static final ArchRule modelsKnowNoHypernetworks = noClasses().that().resideInAPackage("org.logah.models..").should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.logah.ghn..", "org.logah.cli..");

    @ArchTest
    static final ArchRule oneRoomForTheVectorApi = noClasses().that()
            .resideOutsideOfPackage("org.logah.engine.cpu.vector..").should()
            .dependOnClassesThat().resideInAPackage("jdk.incubator.vector..");

    @ArchTest
    static final ArchRule oneRoomForTornadoVm = noClasses().that().resideOutsideOfPackage("org.logah.tornado..")
            .should()
            .dependOnClassesThat().resideInAnyPackage("uk.ac.manchester.tornado..", "org.logah.tornado..");

    @ArchTest
    static final ArchRule fewLibrariesBelow = noClasses().that()
            .resideInAnyPackage("org.logah.engine..", "org.logah.autograd..", "org.logah.models..")
            .should().dependOnClassesThat()
            .resideInAnyPackage("org.jgrapht..", "org.eclipse.collections..", "picocli..");

    @ArchTest
    static final ArchRule randomnessIsSeeded = noClasses().should().dependOnClassesThat()
            .haveFullyQualifiedName("java.util.Random").orShould()
            .dependOnClassesThat().haveFullyQualifiedName("java.util.concurrent.ThreadLocalRandom");

    @ArchTest
    static final ArchRule noCyclesBetweenModules = slices().matching("org.logah.(*)..").should().beFreeOfCycles();
}
