// The map of the list page: the selected resources, gathered where they are close. Nothing is asked of any third party
// unless the operator named a tile server.
(() => {
  "use strict";
  const VIEWS = {
    "Métropole": [[41.3, -5.2], [51.2, 9.7]],
    "Antilles": [[14.3, -61.9], [16.6, -60.7]],
    "Guyane": [[2.1, -54.7], [5.9, -51.5]],
    "La Réunion": [[-21.45, 55.15], [-20.8, 55.9]],
    "Mayotte": [[-13.05, 44.95], [-12.6, 45.35]],
  };
  const STYLES = {
    land: { fillColor: "#e7ede6", fillOpacity: 1, stroke: false },
    france: { fillColor: "#fff", fillOpacity: 1, color: "#9fb3a5", weight: 1 },
    borders: { color: "#ccd8ce", weight: 1 },
  };
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let map = null;

  const heap = (count) => {
    const size = 30 + Math.min(26, Math.round(7 * Math.log10(count + 1)));
    const face = document.createElement("span");
    face.textContent = count;
    return L.divIcon({ className: "heap", html: face, iconSize: [size, size] });
  };

  const popup = (title, source, path) => {
    const box = document.createElement("div"), link = document.createElement("a"), from = document.createElement("span");
    link.href = path;
    link.textContent = title;
    from.textContent = source;
    box.append(link, from);
    return box;
  };

  const pin = ([lon, lat, title, source, path]) =>
    L.marker([lat, lon], { icon: L.divIcon({ className: "pin", iconSize: [18, 18] }), title })
      .bindPopup(() => popup(title, source, path));

  const jumps = () => {
    const bar = L.control({ position: "bottomleft" });
    bar.onAdd = () => {
      const box = L.DomUtil.create("div", "jump");
      for (const [name, bounds] of Object.entries(VIEWS)) {
        const button = L.DomUtil.create("button", "", box);
        button.type = "button";
        button.textContent = name;
        button.addEventListener("click", () => map.fitBounds(bounds));
      }
      L.DomEvent.disableClickPropagation(box);
      return box;
    };
    return bar;
  };

  const background = async (place) => {
    if (place.dataset.tiles) {
      L.tileLayer(place.dataset.tiles, { attribution: place.dataset.attribution, maxZoom: 19 }).addTo(map);
      return;
    }
    const pane = "ground", on = map;
    on.createPane(pane).style.zIndex = 200;
    const shapes = await (await fetch(place.dataset.outline)).json();
    const renderer = L.canvas({ pane, padding: 0.4 });
    L.geoJSON(shapes, { pane, renderer, interactive: false, style: (shape) => STYLES[shape.id] }).addTo(on);
  };

  // What is in metropolitan France, if anything is; else everything: never a whole ocean for one island.
  const frame = (spots) => {
    const all = spots.map(([lon, lat]) => [lat, lon]);
    const france = L.latLngBounds(VIEWS["Métropole"]);
    const near = all.filter((spot) => france.contains(spot));
    if (!all.length) return;
    const bounds = L.latLngBounds(near.length ? near : all).pad(0.06);
    map.fitBounds(bounds, { animate: false, maxZoom: 9, paddingBottomRight: [0, 44] });
    map.panBy([0, 0]); // a jump leaves the canvas between two pixels, blurred; a move puts it on one
  };

  const box = (bounds) => [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()]
    .map((edge, n) => (n % 2 ? Math.max(-90, Math.min(90, edge)) : Math.max(-180, Math.min(180, edge))).toFixed(3)).join(",");

  // Leaflet speaks English, and leaves the keyboard behind when a pin opens.
  const guide = (pins, words) => {
    pins.on("popupopen", ({ layer, popup: opened }) => {
      const shown = opened.getElement();
      shown.querySelector(".leaflet-popup-close-button").ariaLabel = words.close;
      shown.onkeydown = (event) => { if (event.key === "Escape") layer.closePopup(); };
      shown.querySelector("a[href]").focus({ preventScroll: true });
    });
    pins.on("popupclose", ({ layer, popup: closed }) => {
      const mark = layer.getElement();
      if (mark && closed.getElement().contains(document.activeElement)) mark.focus({ preventScroll: true });
    });
  };

  const start = () => {
    const place = document.getElementById("carte");
    if (!place || place.classList.contains("leaflet-container")) return;
    if (map) map.remove();
    place.replaceChildren();
    const words = place.dataset, moves = !still.matches;
    // The least zoom is whole: clusters leave out what stands alone at a zoom between two.
    map = L.map(place, {
      minZoom: 4, maxZoom: words.tiles ? 18 : 11, zoomSnap: 0.25, maxBounds: [[-85, -180], [85, 180]],
      zoomControl: false, fadeAnimation: moves, zoomAnimation: moves, markerZoomAnimation: moves, inertia: moves,
    });
    map.attributionControl.setPrefix("Leaflet");
    L.control.zoom({ zoomInTitle: words.nearer, zoomOutTitle: words.farther }).addTo(map);
    map.fitBounds(VIEWS["Métropole"]);
    background(place);
    jumps().addTo(map);
    const number = (count) => words.number.replace("{}", count.toLocaleString(document.documentElement.lang));
    const pins = L.markerClusterGroup({
      maxClusterRadius: 44, showCoverageOnHover: false, animate: moves,
      iconCreateFunction: (cluster) => {
        cluster.options.title = number(cluster.getChildCount());
        return heap(cluster.getChildCount());
      },
    }).addTo(map);
    guide(pins, words);
    const heaps = L.layerGroup().addTo(map);
    const on = map;
    let known = null, framed = false, turn = 0, open = false; // known: where every resource is drawn one by one

    const draw = async () => {
      const bounds = map.getBounds();
      if (open || (known && known.contains(bounds))) return;
      const mine = ++turn, asked = bounds.pad(0.25), url = new URL(words.points, location.href);
      if (framed) url.searchParams.set("bbox", box(asked));
      const found = await (await fetch(url)).json();
      if (on !== map || mine !== turn) return;
      pins.clearLayers();
      heaps.clearLayers();
      known = null;
      if (found.points) {
        known = framed ? asked : L.latLngBounds([[-90, -360], [90, 360]]);
        pins.addLayers(found.points.map(pin));
      } else {
        for (const [lon, lat, count] of found.clusters) {
          L.marker([lat, lon], { icon: heap(count), title: number(count) })
            .on("click", () => map.setView([lat, lon], map.getZoom() + 2)).addTo(heaps);
        }
      }
      if (framed) return;
      framed = true;
      frame(found.points || found.clusters);
      if (mine === turn) draw(); // the map was already there
    };
    map.on("popupopen popupclose", (event) => { open = event.type === "popupopen"; if (!open) draw(); });
    map.on("moveend", () => { if (framed) draw(); });
    draw();
  };

  document.addEventListener("page:shown", start);
  start();
})();
