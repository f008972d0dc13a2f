/* Unpacks the styles and scripts of this page and puts them where they stand, one after the other. A browser runs
   nothing but those whose checksum the policy names. Letters: maps/letters.py. */
(function (onetown) {
  "use strict";

  const LETTERS = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).filter((one) => !"\"$&'<>\\`{".includes(one));
  const VALUE = new Uint8Array(128);
  LETTERS.forEach((letter, value) => (VALUE[letter.charCodeAt(0)] = value));

  /** Return the bytes that letters stand for: five letters for four bytes. */
  function bytesOf(text) {
    const short = (5 - (text.length % 5)) % 5;
    const letters = text + LETTERS[84].repeat(short);
    const bytes = new Uint8Array((letters.length / 5) * 4);
    for (let i = 0, at = 0; i < letters.length; at += 4) {
      let word = 0;
      for (const end = i + 5; i < end; i += 1) word = word * 85 + VALUE[letters.charCodeAt(i)];
      bytes[at] = word >>> 24;
      bytes[at + 1] = word >>> 16;
      bytes[at + 2] = word >>> 8;
      bytes[at + 3] = word;
    }
    return bytes.subarray(0, bytes.length - short);
  }

  /** Return the bytes of gzipped letters. */
  onetown.unpack = async function (text) {
    const stream = new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  };

  /** Say that there is no map. */
  onetown.trouble = function (error) {
    const line = document.createElement("p");
    line.className = "trouble";
    line.setAttribute("role", "alert");
    line.textContent = "This map could not be drawn. It needs a browser of 2023 or later. (" + error.message + ")";
    document.body.append(line);
    throw error;
  };

  async function load() {
    const parts = [...document.querySelectorAll("script[data-packed]")];
    const texts = await Promise.all(parts.map(async (part) => new TextDecoder().decode(await onetown.unpack(part.textContent))));
    parts.forEach((part, i) => {
      const element = document.createElement(part.dataset.packed);
      element.textContent = texts[i];
      part.replaceWith(element);
    });
  }

  load().catch(onetown.trouble);
})((window.onetown = window.onetown || {}));
