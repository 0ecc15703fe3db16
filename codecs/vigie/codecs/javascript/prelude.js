// Evaluated in each context before the maker's file: a world without a clock, and the function that calls the codec.
//
// It gives `bind(decode, style, recvText, marked)`, and that gives `run(jobs)`:
//   jobs  JSON text [[bytes, fPort, received_at in epoch ms or null, its text or nothing], ...]
//   run   gives JSON texts with commas between, per job one of
//         [data, errors, warnings], the end left out where it says nothing
//         {"thrown": text}
//         {"values": [...], "names": [...], "units": [...]}, where `marked` and data holds only numbers, some of them
//         in objects with a unit and a long name (Decentlab): a third of the time. Names and units are left out where
//         they are those of the job before.
// What it needs of the language it has taken before the maker's file can change it.
(function () {
  "use strict";
  const { parse, stringify } = JSON;
  const TrueDate = Date, construct = Reflect.construct, text = String, isFinite = Number.isFinite, isArray = Array.isArray, keysOf = Object.keys;
  const join = Function.prototype.call.bind(Array.prototype.join);
  const ErrorType = Error, StackError = RangeError, EngineError = InternalError;
  const MOST_TEXT = 300, MOST_ANSWER = 262144, MOST_PACKED = 1000;
  let now = 0, exact = null, seed = 1;

  // --- no clock, no chance
  const dates = TrueDate.prototype;
  const iso = dates.toISOString, time = dates.getTime;
  const GivenDate = function Date(...given) {
    if (new.target === undefined) return new TrueDate(now).toString();
    return construct(TrueDate, given.length ? given : [now], new.target);
  };
  Object.defineProperty(GivenDate, "prototype", { value: dates, writable: false });
  Object.defineProperty(dates, "constructor", { value: GivenDate, writable: true, configurable: true });
  Object.defineProperty(GivenDate, "length", { value: 7, configurable: true });
  for (const [name, value] of [["now", () => now], ["UTC", TrueDate.UTC], ["parse", TrueDate.parse]])
    Object.defineProperty(GivenDate, name, { value, writable: true, configurable: true });
  globalThis.Date = GivenDate;
  Math.random = function random() {
    seed = (seed * 48271) % 2147483647;
    return seed / 2147483647;
  };
  for (const name of ["performance", "SharedArrayBuffer", "Atomics", "WeakRef", "FinalizationRegistry"])
    delete globalThis[name];

  // --- what makers' files expect around them
  const silent = function () {};
  globalThis.console = {};
  for (const name of ["log", "info", "warn", "error", "debug", "trace", "dir", "table", "group", "groupEnd",
    "groupCollapsed", "time", "timeEnd", "timeLog", "assert", "count", "clear"]) globalThis.console[name] = silent;
  globalThis.module = { exports: {} };
  globalThis.exports = globalThis.module.exports;
  globalThis.require = function require(name) {
    if ((name === "buffer" || name === "node:buffer") && typeof Buffer === "function") return { Buffer };
    throw new ErrorType("this file asks for the module " + name + ": a codec is one file");
  };
  BigInt.prototype.toJSON = function () {
    const number = Number(this);
    return Number.isSafeInteger(number) ? number : this.toString();
  };

  // --- the instant of arrival: a Date for codecs that count with it, its text for those that copy it out or cut it
  class RecvTime extends TrueDate {
    toISOString() { return exact !== null && time.call(this) === now ? exact : iso.call(this); }
    toString() { return this.toISOString(); }
    toJSON() { return this.toISOString(); }
  }
  Object.defineProperty(RecvTime.prototype, "constructor", { value: GivenDate });
  Object.defineProperty(RecvTime.prototype, "length", { get() { return this.toISOString().length; } });
  for (const name of Object.getOwnPropertyNames(String.prototype)) {
    const method = String.prototype[name];
    if (name in RecvTime.prototype || typeof method !== "function") continue;
    Object.defineProperty(RecvTime.prototype, name, {
      value: function () { return method.apply(this.toISOString(), arguments); },
    });
  }

  // --- calling
  const finite = (_, value) => (typeof value === "number" && !isFinite(value) ? text(value) : value);

  function shown(thrown) {
    try {
      if (thrown instanceof ErrorType) return (text(thrown.name) + ": " + text(thrown.message)).slice(0, MOST_TEXT);
      const said = typeof thrown === "string" ? thrown : stringify(thrown);
      return said === undefined ? typeof thrown : said.slice(0, MOST_TEXT);
    } catch (_) {
      return "something that has no text";
    }
  }

  function told(errors) {
    if (errors instanceof ErrorType) return [shown(errors)];
    if (!isArray(errors)) return errors;
    const found = [];
    for (let i = 0; i < errors.length; i++) found[i] = errors[i] instanceof ErrorType ? shown(errors[i]) : errors[i];
    return found;
  }

  return function bind(decode, style, recvText, marked) {
    let names = [], units = [], known = false, dressed = false;
    const empty = marked ? [] : null; // only a NaN is a null where they are looked for

    function call(job) {
      const bytes = job[0], fPort = job[1], at = job[2];
      now = at === null ? 0 : at;
      exact = job.length > 3 ? job[3] : null;
      seed = 1;
      if (style === "Decoder") return { data: decode(bytes, fPort) };
      if (style === "Decode") return { data: decode(fPort, bytes, {}) };
      if (at === null) return decode({ bytes, fPort, variables: {} });
      const moment = new RecvTime(at);
      return decode({ bytes, fPort, recvTime: recvText ? moment.toISOString() : moment, variables: {} });
    }

    function packed(data) {
      const keys = keysOf(data), count = keys.length, values = [];
      if (typeof data.toJSON === "function" || isArray(data)) return null;
      if (count !== names.length) {
        names.length = units.length = count;
        known = false;
      }
      for (let i = 0; i < count; i++) {
        const key = keys[i];
        let value = data[key], unit = null;
        if (typeof value === "object") {
          if (value === null || value.toJSON !== undefined) return null;
          if (value.unit !== undefined) unit = value.unit;
          value = value.value;
        }
        if (typeof value !== "number" || value - value !== 0) return null;
        if (names[i] !== key || units[i] !== unit) {
          if (unit !== null && typeof unit !== "string") return null;
          names[i] = key;
          units[i] = unit;
          known = false;
        }
        values[i] = value;
      }
      if (count > MOST_PACKED) return null;
      if (known) return stringify({ values });
      known = true;
      return stringify({ values, names, units });
    }

    function one(job) {
      try {
        const result = call(job);
        if (typeof result !== "object" || result === null)
          return stringify({ thrown: "it gave " + (result === null ? "null" : typeof result) + ", expected an object" });
        const data = result.data, errors = result.errors, warnings = result.warnings;
        if (dressed && errors === undefined && warnings === undefined && typeof data === "object" && data !== null) {
          const answer = packed(data);
          if (answer !== null) return answer;
        }
        if (data === undefined && errors === undefined && typeof result.then === "function")
          return stringify({ thrown: "it gave a promise, and nothing waits for it: decodeUplink must not be async" });
        const parts = [data];
        if (errors !== undefined || warnings !== undefined) parts[1] = errors === undefined ? empty : told(errors);
        if (warnings !== undefined) parts[2] = warnings;
        let answer = stringify(parts);
        if (marked && answer.includes("null")) answer = stringify(parts, finite);
        if (answer.length > MOST_ANSWER)
          return stringify({ thrown: "it gave " + answer.length + " characters, at most " + MOST_ANSWER + " are read" });
        dressed = marked && answer.includes('"displayName":');
        return answer;
      } catch (thrown) {
        // Memory and stack: the context is not to be trusted any more, so this is for the one who made it.
        // Null is what the engine throws where there is no memory even for an error.
        if (thrown === null || thrown instanceof EngineError) throw thrown;
        if (thrown instanceof StackError && text(thrown.message).includes("call stack")) throw thrown;
        return stringify({ thrown: shown(thrown) });
      }
    }

    return function run(jobs) {
      const given = parse(jobs), count = given.length, answers = [];
      known = false;
      for (let i = 0; i < count; i++) answers[i] = one(given[i]);
      return join(answers, ","); // a text of one piece: the engine cannot hand over one that `+` made of long ones
    };
  };
})();
