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

  const layers = (spec) => (spec.layer ? spec.layer.flatMap(layers) : [spec]);

  /** Dragging moves along the days, Ctrl and the wheel look nearer; the nearest dot says what it is. */
  const withHands = (spec, zooms) => {
    for (const one of layers(spec)) {
      const type = one.mark?.type;
      const days = spec.zoom !== false && (one.encoding?.x?.type ?? "temporal") === "temporal";
      if (type === "line" && zooms && days) {
        const select = { type: "interval", encodings: ["x"], zoom: "wheel![event.ctrlKey]" };
        one.params = [{ name: "zoom", bind: "scales", select }];
        zooms = false;
      }
      if (type === "line" || type === "area") one.mark = { ...one.mark, clip: true };
      if (type === "point" && one.encoding?.tooltip && one.encoding.size === undefined) {
        const select = { type: "point", on: "pointerover", nearest: true, clear: "pointerout" };
        one.params = [{ name: "near", select }];
        one.encoding.size = { condition: { param: "near", empty: false, value: 90 }, value: one.mark.size ?? 30 };
        one.mark = { ...one.mark, clip: true };
      }
    }
    return spec;
  };

  const fitted = (spec, width) => {
    spec.width = "container";
    spec.autosize = { type: "fit-x", contains: "padding" };
    if (width >= NARROW) return spec;
    for (const one of layers(spec)) {
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
    const ready = withHands(fitted(spec, figure.clientWidth), !coarse.matches);
    const options = { ast: true, actions: false, defaultStyle: false, renderer: "canvas" };
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
