package org.logah.cli;

import org.logah.cli.demo.Study;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.models.data.ByteText;
import org.logah.models.data.GrammarText;

final class Exp {
    public static void main(String[] a) throws Exception {
        CpuDevice d = new CpuDevice(2, KernelChoice.VECTOR);
        ByteText text = a.length > 6
                ? ByteText.read(java.nio.file.Path.of(a[6]))
                : new ByteText(GrammarText.generate(300_000, 7));
        long t0 = System.nanoTime();
        Study.Config c = new Study.Config(Integer.parseInt(a[0]), Integer.parseInt(a[1]), Double.parseDouble(a[2]), 6,
                96,
                Integer.parseInt(a[3]), Double.parseDouble(a[4]), 16, 64, Long.parseLong(a[5]));
        Study.Result r = new Study(c, text, d, new Study.Listener() {
            public void meta(int done, int total, double loss, double rate) {
                if (done % 50 == 0 || done < 3)
                    System.out.printf("meta %d %.3f  %.1fs%n", done, loss, (System.nanoTime() - t0) / 1e9);
            }
            public void training(String s, int done, int total, double loss) {
                if (done % 50 == 0)
                    System.out.printf("%s %d %.3f  %.1fs%n", s, done, loss, (System.nanoTime() - t0) / 1e9);
            }
        }).run();
        System.out.println(d.pool().report());
    }
}
