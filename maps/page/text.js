/* Words and numbers. Text from the data only ever becomes a text node: nothing here knows of innerHTML. */
(function (onetown) {
  "use strict";

  const counts = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
  const tenths = new Intl.NumberFormat("en-GB", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const upToTenths = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });
  const MINUS = "\u2212";

  /** Make an element: attributes, properties of its style, listeners, then children (elements or text). */
  onetown.el = function (tag, { style = {}, on = {}, ...attributes } = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null && value !== undefined && value !== false) {
        node.setAttribute(name, value === true ? "" : String(value));
      }
    }
    for (const [name, value] of Object.entries(style)) node.style.setProperty(name, value);
    for (const [event, listener] of Object.entries(on)) node.addEventListener(event, listener);
    node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
    return node;
  };

  onetown.byId = (id) => document.getElementById(id);

  const missing = (value) => value === null || value === undefined;
  const signed = (value, text) => (value < 0 ? MINUS : "") + text;

  /** 1234.4 -> "1,234" */
  onetown.count = (value) => (missing(value) ? "not known" : signed(value, counts.format(Math.abs(value))));

  /** 12.34 -> "12.3" */
  onetown.tenth = (value) => (missing(value) ? "not known" : signed(value, tenths.format(Math.abs(value))));

  /** 12.0 -> "12", 12.34 -> "12.3" */
  onetown.figure = (value) => (missing(value) ? "not known" : signed(value, upToTenths.format(Math.abs(value))));

  /** 4.2 -> "+4.2" percentage points */
  onetown.points = (value) => (value > 0 ? "+" : "") + onetown.tenth(value);

  /** 12400000 -> "£12.4m", 206700 -> "£206,700" */
  onetown.money = function (value) {
    if (missing(value)) return "not known";
    const size = Math.abs(value);
    if (size >= 1e9) return signed(value, "£" + tenths.format(size / 1e9) + "bn");
    if (size >= 1e6) return signed(value, "£" + tenths.format(size / 1e6) + "m");
    return signed(value, "£" + counts.format(size));
  };

  /** 1 -> "1 area", 2 -> "2 areas" */
  onetown.several = (value, one, many) => onetown.count(value) + " " + (value === 1 ? one : many || one + "s");

  /** 840 -> "840 m", 1840 -> "1.8 km" */
  onetown.distance = (metres) => (metres < 1000 ? onetown.count(metres) + " m" : onetown.tenth(metres / 1000) + " km");

  /** "fire station" -> "Fire station" */
  onetown.sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

  /** Tell readers who cannot see the map what has just changed. */
  onetown.say = function (text) {
    onetown.byId("status").textContent = text;
  };
})((window.onetown = window.onetown || {}));
