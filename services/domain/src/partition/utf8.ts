/** UTF-8 of `text`; a lone surrogate becomes U+FFFD, as TextEncoder does. Here because the core has no TextEncoder. */
export function utf8(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  let length = 0;
  for (let index = 0; index < text.length; index++) {
    let code = text.charCodeAt(index);
    if (code >= 0xd800 && code <= 0xdfff) {
      code = text.codePointAt(index) as number;
      if (code > 0xffff) index++;
      else code = 0xfffd;
    }
    length = put(bytes, length, code);
  }
  return bytes.subarray(0, length);
}

function put(bytes: Uint8Array, at: number, code: number): number {
  let length = at;
  if (code < 0x80) {
    bytes[length++] = code;
    return length;
  }
  if (code < 0x800) {
    bytes[length++] = 0xc0 | (code >> 6);
  } else {
    if (code < 0x10000) {
      bytes[length++] = 0xe0 | (code >> 12);
    } else {
      bytes[length++] = 0xf0 | (code >> 18);
      bytes[length++] = 0x80 | ((code >> 12) & 0x3f);
    }
    bytes[length++] = 0x80 | ((code >> 6) & 0x3f);
  }
  bytes[length++] = 0x80 | (code & 0x3f);
  return length;
}
