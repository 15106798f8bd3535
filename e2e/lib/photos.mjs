// Photos as phones make them: drawn in the browser, with what a camera writes beside the picture put in by hand.

/** What nobody should read out of a photo that was sent. */
export const PLACE = "47.3769 N 8.5417 E";

/** A JPEG of a chart on a wall that lies on its side, says how to turn it, and where it was taken. */
export async function photo(page, { width = 1600, height = 1200, words = "4 of 10", noise = false } = {}) {
  const plain = Buffer.from(await page.evaluate(async ([width, height, words, noise]) => {
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#e8dcc0";
    pen.fillRect(0, 0, width, height);
    // A phone that was held upright turns its picture by a quarter.
    pen.translate(0, height);
    pen.rotate(-Math.PI / 2);
    pen.fillStyle = "#fffdf5";
    pen.fillRect(height * 0.1, width * 0.1, height * 0.8, width * 0.75);
    pen.fillStyle = "#2f5d50";
    for (let bar = 0; bar < 5; bar++) pen.fillRect(height * (0.18 + bar * 0.14), width * (0.7 - bar * 0.08), height * 0.08, width * (0.05 + bar * 0.08));
    pen.font = `${Math.round(width / 16)}px sans-serif`;
    pen.fillText(words, height * 0.16, width * 0.22);
    if (noise) {
      // What makes a photo large is its grain.
      const all = pen.getImageData(0, 0, width, height);
      for (let at = 0; at < all.data.length; at++) if (at % 4 < 3) all.data[at] += (Math.random() - 0.5) * 80;
      pen.putImageData(all, 0, 0);
    }
    const blob = await new Promise((then) => canvas.toBlob(then, "image/jpeg", 0.8));
    return [...new Uint8Array(await blob.arrayBuffer())];
  }, [width, height, words, noise]));
  const told = Buffer.concat([
    Buffer.from("Exif\0\0II*\0\x08\0\0\0\x02\0", "latin1"),
    Buffer.from([0x0e, 0x01, 2, 0, PLACE.length + 1, 0, 0, 0, 38, 0, 0, 0]),
    Buffer.from([0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]),
    Buffer.alloc(4),
    Buffer.from(`${PLACE}\0`, "latin1"),
  ]);
  const head = Buffer.from([0xff, 0xe1, (told.length + 2) >> 8, (told.length + 2) & 255]);
  return Buffer.concat([plain.subarray(0, 2), head, told, plain.subarray(2)]);
}
