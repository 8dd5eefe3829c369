"use strict";
/* Unpacks the columns that wegeketten/reports/encode.py writes. */

async function unpack(id) {
  const text = document.getElementById(id).textContent.trim();
  const deflated = bytesOf(text);
  const stream = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate"));
  const whole = new Uint8Array(await new Response(stream).arrayBuffer());
  const size = new DataView(whole.buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(whole.subarray(4, 4 + size)));
  const columns = {};
  let at = 4 + size;
  for (const [name, kind, count, length] of head) {
    lazily(columns, name, kind, count, whole.subarray(at, at + length));
    at += length;
  }
  return columns;
}

/* A column is read when it is first asked for: names and readings are not needed for the first picture. */
function lazily(columns, name, kind, count, part) {
  const get = () => {
    const value = column(kind, count, part);
    Object.defineProperty(columns, name, { value, enumerable: true });
    return value;
  };
  Object.defineProperty(columns, name, { get, enumerable: true, configurable: true });
}

function bytesOf(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

function column(kind, count, part) {
  if (kind === "T") return count ? new TextDecoder().decode(part).split("\n") : [];
  if (kind === "B") return part;
  if (kind === "F") return new Float32Array(part.slice().buffer);
  if (kind === "W") return wideColumn(count, part);
  const out = new Int32Array(count);
  const delta = kind === "D";
  let sum = 0;
  for (let row = 0, at = 0; row < count; row++) {
    let byte = part[at++];
    let value = byte & 127;
    for (let shift = 7; byte > 127; shift += 7) {
      byte = part[at++];
      value |= (byte & 127) << shift;
    }
    const number = (value >>> 1) ^ -(value & 1);
    if (delta) out[row] = sum = (sum + number) | 0;
    else out[row] = number;
  }
  return out;
}

/* OSM ids outgrow 32 bits: doubles hold integers up to 2^53. */
function wideColumn(count, part) {
  const out = new Float64Array(count);
  let sum = 0;
  for (let row = 0, at = 0; row < count; row++) {
    let value = 0;
    let factor = 1;
    let byte;
    do {
      byte = part[at++];
      value += (byte & 127) * factor;
      factor *= 128;
    } while (byte > 127);
    sum += value % 2 ? -(value + 1) / 2 : value / 2;
    out[row] = sum;
  }
  return out;
}
