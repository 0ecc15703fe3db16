// What Node.js and browsers have and the language has not, for files that name it: Buffer, TextDecoder, TextEncoder.
(function () {
  "use strict";
  function toUtf8(text) {
    return Uint8Array.from(unescape(encodeURIComponent(String(text).toWellFormed())), (one) => one.charCodeAt(0));
  }

  function fromUtf8(bytes) {
    const binary = Array.from(bytes, (one) => String.fromCharCode(one)).join("");
    try {
      return decodeURIComponent(escape(binary));
    } catch (_) {
      return binary.replace(/[\x80-\xff]+/g, (run) => {
        try { return decodeURIComponent(escape(run)); } catch (_) { return "\ufffd".repeat(run.length); }
      });
    }
  }

  const latin = (bytes) => Array.from(bytes, (one) => String.fromCharCode(one)).join("");

  function fromHex(text) {
    const found = [];
    for (let i = 0; i + 1 < text.length; i += 2) {
      const pair = text.slice(i, i + 2);
      if (!/^[0-9a-f]{2}$/i.test(pair)) break;
      found.push(parseInt(pair, 16));
    }
    return found;
  }

  function encoded(text, encoding) {
    switch (String(encoding || "utf8").toLowerCase()) {
      case "hex": return fromHex(text);
      case "base64": case "base64url":
        return Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/").replace(/[^A-Za-z0-9+/]/g, "")),
          (one) => one.charCodeAt(0));
      case "latin1": case "binary": return Array.from(text, (one) => one.charCodeAt(0) & 255);
      case "ascii": return Array.from(text, (one) => one.charCodeAt(0) & 255);
      case "utf8": case "utf-8": return toUtf8(text);
      default: throw new TypeError("Unknown encoding: " + encoding);
    }
  }

  class Bytes extends Uint8Array {
    static from(value, encoding, length) {
      if (typeof value === "string") return new Bytes(encoded(value, encoding));
      if (value instanceof ArrayBuffer) return new Bytes(value, encoding || 0, length);
      if (value && value.type === "Buffer" && Array.isArray(value.data)) return new Bytes(value.data);
      return new Bytes(Array.from(value, (one) => one & 255));
    }
    static of(...values) { return new Bytes(values); }
    static alloc(size, fill) { return new Bytes(size).fill(fill || 0); }
    static allocUnsafe(size) { return new Bytes(size); }
    static isBuffer(value) { return value instanceof Bytes; }
    static byteLength(text, encoding) { return typeof text === "string" ? encoded(text, encoding).length : text.byteLength; }
    static concat(list, total) {
      const parts = list.map((one) => Array.from(one)).flat();
      const found = Bytes.alloc(total === undefined ? parts.length : total);
      found.set(parts.slice(0, found.length));
      return found;
    }
    slice(start, end) { return this.subarray(start, end); }
    equals(other) { return this.length === other.length && this.every((one, place) => one === other[place]); }
    toJSON() { return { type: "Buffer", data: Array.from(this) }; }
    toString(encoding, start, end) {
      const part = Array.from(this).slice(start || 0, end === undefined ? this.length : end);
      switch (String(encoding || "utf8").toLowerCase()) {
        case "hex": return part.map((one) => one.toString(16).padStart(2, "0")).join("");
        case "base64": return btoa(latin(part));
        case "latin1": case "binary": return latin(part);
        case "ascii": return latin(part.map((one) => one & 127));
        case "utf8": case "utf-8": return fromUtf8(part);
        default: throw new TypeError("Unknown encoding: " + encoding);
      }
    }
    write(text, offset, length, encoding) {
      const bytes = encoded(text, typeof offset === "string" ? offset : encoding);
      const at = typeof offset === "number" ? offset : 0;
      for (let i = 0; i < bytes.length && at + i < this.length; i++) this[at + i] = bytes[i];
      return Math.min(bytes.length, this.length - at);
    }
  }

  const view = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const define = (name, value) => Object.defineProperty(Bytes.prototype, name, { value, writable: true, configurable: true });

  function both(name, type, size) {
    for (const end of size === 1 ? [""] : ["BE", "LE"]) {
      const read = function (offset = 0) { return view(this)["get" + type](offset, end === "LE"); };
      const write = function (value, offset = 0) {
        view(this)["set" + type](offset, value, end === "LE");
        return offset + size;
      };
      for (const one of name.startsWith("UInt") ? [name, name.replace("UI", "Ui")] : [name])
        { define("read" + one + end, read); define("write" + one + end, write); }
    }
  }

  for (const [name, type, size] of [["UInt8", "Uint8", 1], ["Int8", "Int8", 1], ["UInt16", "Uint16", 2],
    ["Int16", "Int16", 2], ["UInt32", "Uint32", 4], ["Int32", "Int32", 4], ["Float", "Float32", 4],
    ["Double", "Float64", 8], ["BigInt64", "BigInt64", 8], ["BigUInt64", "BigUint64", 8]]) both(name, type, size);

  for (const end of ["BE", "LE"]) {
    const unsigned = function (offset, length) {
      if (offset < 0 || offset + length > this.length) throw new RangeError("Index out of range");
      let found = 0;
      for (let i = 0; i < length; i++) found = found * 256 + this[end === "BE" ? offset + i : offset + length - 1 - i];
      return found;
    };
    define("readUInt" + end, unsigned);
    define("readUint" + end, unsigned);
    define("readInt" + end, function (offset, length) {
      const found = unsigned.call(this, offset, length), limit = 2 ** (8 * length);
      return found >= limit / 2 ? found - limit : found;
    });
  }

  function Buffer(value, encoding, length) {
    return typeof value === "number" ? Bytes.alloc(value) : Bytes.from(value, encoding, length);
  }
  for (const name of ["from", "of", "alloc", "allocUnsafe", "isBuffer", "byteLength", "concat"]) Buffer[name] = Bytes[name];
  Buffer.prototype = Bytes.prototype;
  globalThis.Buffer = Buffer;

  globalThis.TextEncoder = class TextEncoder {
    get encoding() { return "utf-8"; }
    encode(text = "") { return toUtf8(text); }
  };
  globalThis.TextDecoder = class TextDecoder {
    constructor(label = "utf-8") {
      this.encoding = String(label).toLowerCase().replace("utf8", "utf-8");
      if (!["utf-8", "ascii", "us-ascii", "latin1", "iso-8859-1"].includes(this.encoding))
        throw new RangeError("this engine cannot read " + label);
    }
    decode(bytes = []) {
      const given = bytes instanceof ArrayBuffer ? new Uint8Array(bytes)
        : bytes instanceof DataView ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : bytes;
      return this.encoding === "utf-8" ? fromUtf8(given) : latin(given);
    }
  };
})();
