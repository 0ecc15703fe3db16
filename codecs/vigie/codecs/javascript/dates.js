// Dates as text for people: what this engine would write wrongly without a word.
//
// QuickJS has no tables of languages and time zones: it ignores both and writes what an American would read in UTC.
// Three languages and two zones are right here; another one is an error that says so, never a wrong text. A call
// that names neither is left to the engine: the language does not say what it writes.
(function () {
  "use strict";
  const dates = Date.prototype;
  const NUMERIC = "numeric", TWO = "2-digit", HOUR_MS = 3600000;
  const DAY = { year: NUMERIC, month: TWO, day: TWO };
  const CLOCK = { hour: TWO, minute: TWO, second: TWO };
  const LANGUAGES = { "en-US": { day: { year: NUMERIC, month: NUMERIC, day: NUMERIC },
    clock: { hour: NUMERIC, minute: TWO, second: TWO }, half: true, join: ", " } };
  LANGUAGES.en = LANGUAGES["en-US"];
  LANGUAGES["en-GB"] = { day: DAY, clock: CLOCK, half: false, join: ", " };
  LANGUAGES["fr-FR"] = LANGUAGES.fr = { day: DAY, clock: CLOCK, half: false, join: " " };
  const PARTS = ["year", "month", "day", "hour", "minute", "second"];
  const KNOWN = [...PARTS, "timeZone", "hour12"];

  function lastSunday(year, month) {
    const end = new Date(Date.UTC(year, month + 1, 0));
    return end.getTime() - end.getUTCDay() * 24 * HOUR_MS;
  }

  function parisOffset(at) {
    const year = new Date(at).getUTCFullYear();
    if (year < 1996) throw new Error("this engine knows the time of Paris since 1996 only");
    const summer = at >= lastSunday(year, 2) + HOUR_MS && at < lastSunday(year, 9) + HOUR_MS;
    return (summer ? 2 : 1) * HOUR_MS;
  }

  function offset(zone, at) {
    if (zone === undefined || /^(Etc\/)?(UTC|GMT)$/i.test(zone)) return 0;
    if (/^Europe\/Paris$/i.test(zone)) return parisOffset(at);
    throw new Error("this engine knows no time zone " + zone);
  }

  function number(value, form) {
    if (form === TWO) return String(value % 100).padStart(2, "0");
    if (form === NUMERIC) return String(value);
    throw new Error("this engine cannot write dates with " + form);
  }

  function write(date, locale, options, wantsDay, wantsClock) {
    const language = LANGUAGES[locale === undefined ? "en-US" : Array.isArray(locale) ? locale[0] : locale];
    if (language === undefined) throw new Error("this engine cannot write dates in the language " + locale);
    const asked = {};
    for (const name in options) {
      if (options[name] === undefined) continue;
      if (!KNOWN.includes(name)) throw new Error("this engine cannot write dates with the option " + name);
      asked[name] = options[name];
    }
    if (!PARTS.some((name) => name in asked))
      Object.assign(asked, wantsDay ? language.day : {}, wantsClock ? language.clock : {});
    const whole = (names) => names.every((name) => name in asked) || !names.some((name) => name in asked);
    const american = language === LANGUAGES["en-US"];
    const dayAsked = "day" in asked, clockAsked = "hour" in asked || "minute" in asked || "second" in asked;
    if (!whole(["year", "month", "day"]) || !whole(["hour", "minute"]) || ("second" in asked && !("hour" in asked))
      || (dayAsked && !wantsDay) || (clockAsked && !wantsClock) || (asked.hour12 && !american))
      throw new Error("this engine cannot write dates of the parts " + Object.keys(asked).join(", "));
    const at = date.getTime();
    if (at !== at) return "Invalid Date";
    const local = new Date(at + offset(asked.timeZone, at));
    const half = asked.hour12 === undefined ? language.half : asked.hour12;
    const hour = local.getUTCHours();
    const values = { year: local.getUTCFullYear(), month: local.getUTCMonth() + 1, day: local.getUTCDate(),
      hour: half ? hour % 12 || 12 : american ? hour || 24 : hour, minute: local.getUTCMinutes(), second: local.getUTCSeconds() };
    const padded = (name) => name === "minute" || name === "second" || (name === "hour" && !half)
      || (!american && (name === "day" || name === "month"));
    const form = (name) => (padded(name) ? TWO : asked[name]);
    const order = american ? ["month", "day", "year"] : ["day", "month", "year"];
    const list = (names) => names.filter((name) => name in asked).map((name) => {
      number(0, asked[name]);
      return number(values[name], form(name));
    });
    const day = list(order).join("/");
    let clock = list(["hour", "minute", "second"]).join(":");
    if (clock && half && "hour" in asked) clock += hour < 12 ? " AM" : " PM";
    return day && clock ? day + language.join + clock : day + clock;
  }

  for (const [name, wantsDay, wantsClock] of [["toLocaleString", true, true], ["toLocaleDateString", true, false],
    ["toLocaleTimeString", false, true]]) {
    const own = dates[name];
    dates[name] = function (locale, options) {
      if (locale === undefined && options === undefined) return own.call(this);
      return write(this, locale, options, wantsDay, wantsClock);
    };
  }
})();
