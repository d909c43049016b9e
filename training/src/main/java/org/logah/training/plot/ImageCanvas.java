package org.logah.training.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Draws into an image, twice as many pixels as there are units. */
public final class ImageCanvas implements Canvas {
    private static final int SCALE = 2;
    private final BufferedImage image;
    private final Graphics2D g;

    /**
     * An empty sheet. Sets the system property {@code java.awt.headless}.
     *
     * @param width in units
     * @param height in units
     */
    public ImageCanvas(int width, int height) {
        System.setProperty("java.awt.headless", "true");
        image = new BufferedImage(width * SCALE, height * SCALE, BufferedImage.TYPE_INT_RGB);
        g = image.createGraphics();
        g.scale(SCALE, SCALE);
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, width, height);
    }

    @Override
    public void line(double x1, double y1, double x2, double y2, String colour, double width) {
        path(new double[]{x1, x2}, new double[]{y1, y2}, colour, width);
    }

    @Override
    public void path(double[] x, double[] y, String colour, double width) {
        Path2D p = new Path2D.Double();
        p.moveTo(x[0], y[0]);
        for (int i = 1; i < x.length; i++) p.lineTo(x[i], y[i]);
        g.setColor(Color.decode(colour));
        g.setStroke(new BasicStroke((float) width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        g.draw(p);
    }

    @Override
    public void bar(double x, double y, double width, double height, String colour) {
        g.setColor(Color.decode(colour));
        g.fill(new Rectangle2D.Double(x, y, width, height));
    }

    @Override
    public void text(String text, double x, double y, int size, int anchor, String colour) {
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, size));
        g.setColor(Color.decode(colour));
        double width = g.getFontMetrics().stringWidth(text);
        g.drawString(text, (float) (anchor < 0 ? x : anchor > 0 ? x - width : x - width / 2), (float) y);
    }

    /**
     * {@return a PNG file of what was drawn} It ends the drawing.
     *
     * @throws IOException if the image cannot be encoded
     */
    public byte[] png() throws IOException {
        g.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        // Of a plain stream ImageIO would keep a copy in the system's folder for temporary files, which may be full.
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageIO.write(image, "png", out);
        }
        return bytes.toByteArray();
    }
}
