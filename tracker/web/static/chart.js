/* Makes the charts of a page interactive, in place of their pictures. Without it every picture stays. */
"use strict";

(() => {
  const own = document.currentScript;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const coarse = matchMedia("(pointer: coarse)");
  const NARROW = 560; // pixels
  let vega = null;

  /** The library, loaded once, when the first chart comes near. */
  const library = () => {
    vega ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = own.dataset.vega;
      script.onload = () => resolve(window.vegaEmbed);
      script.onerror = () => reject(new Error("the script of the charts does not load"));
      document.head.append(script);
    });
    return vega;
  };

  const changed = (value, change) => {
    if (Array.isArray(value)) return value.map((item) => changed(item, change));
    if (value === null || typeof value !== "object") return change(value);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, changed(item, change)]));
  };

  const parts = (spec) => [spec, ...(spec.layer ?? []).flatMap(parts)];

  /** A line that says what it is gets dots that can be pointed at: on a line alone only its begin answers. */
  const dotted = (spec) => {
    if (spec.layer) return { ...spec, layer: spec.layer.map(dotted) };
    if (spec.mark?.type !== "line" || !spec.encoding?.tooltip) return spec;
    const { mark, encoding, ...rest } = spec;
    const { tooltip, strokeDash, detail, ...shared } = encoding;
    const line = { ...(strokeDash && { strokeDash }), ...(detail && { detail }) };
    const dot = { type: "point", filled: true, opacity: 1, size: 0, ...(mark.color && { color: mark.color }) };
    return { ...rest, encoding: shared, layer: [{ mark, encoding: line }, { mark: dot, encoding: { tooltip } }] };
  };

  /** Dragging moves along the days, Ctrl and the wheel look nearer; the nearest dot says what it is. */
  const withHands = (spec, figure) => {
    let zooms = !coarse.matches;
    for (const one of parts(spec)) {
      const type = one.mark?.type;
      if (type === "line" && zooms) {
        const select = { type: "interval", encodings: ["x"], zoom: "wheel![event.ctrlKey]" };
        one.params = [{ name: "zoom", bind: "scales", select }];
        zooms = false;
        figure.classList.add("zooms");
      }
      if (type === "point" && one.encoding?.tooltip) {
        const select = { type: "point", on: "pointerover", nearest: true, clear: "pointerout" };
        one.params = [{ name: "near", select }];
        const seen = { param: "near", empty: false, value: 90 };
        one.encoding.size = { condition: seen, value: one.mark.size ?? 30 };
      }
      if (type === "text") one.mark = { ...one.mark, clip: false }; // words stand above the chart, too
    }
    return spec;
  };

  const fitted = (spec, width) => {
    spec.width = "container";
    if (spec.height?.step) spec.height = spec.height.step * spec.data.values.length; // a row a name
    spec.autosize = { type: "fit-x", contains: "padding" };
    if (width >= NARROW) return spec;
    for (const one of parts(spec)) {
      for (const channel of Object.values(one.encoding ?? {})) {
        if (channel.legend) channel.legend = { ...channel.legend, columns: 1, direction: "vertical" };
      }
    }
    return spec;
  };

  const show = async (figure) => {
    const embed = await library();
    const told = JSON.parse(figure.querySelector("script").textContent);
    const colours = new Map(dark.matches ? Object.entries(told.dark) : []);
    const spec = changed(told.spec, (value) => colours.get(value) ?? value);
    let place = figure.querySelector(".live");
    if (!place) {
      place = document.createElement("div");
      place.className = "live";
      figure.querySelector("picture").before(place);
    }
    const ready = withHands(dotted(fitted(spec, figure.clientWidth)), figure);
    const options = { ast: true, actions: false, defaultStyle: false, renderer: "canvas", logLevel: 1 };
    await embed(place, ready, { ...options, tooltip: { disableDefaultStyle: true, theme: "own" } });
    figure.querySelector("picture").hidden = true;
    figure.classList.add("is-live");
  };

  const tried = (figure) => show(figure).catch((error) => {
    figure.querySelector(".live")?.remove();
    figure.querySelector("picture").hidden = false;
    console.warn(String(error));
  });

  const near = new IntersectionObserver((seen) => {
    for (const one of seen) {
      if (one.isIntersecting) { near.unobserve(one.target); tried(one.target); }
    }
  }, { rootMargin: "400px" });
  const figures = document.querySelectorAll("figure.chart");
  figures.forEach((figure) => near.observe(figure));
  dark.addEventListener("change", () => document.querySelectorAll("figure.is-live").forEach(tried));
})();
