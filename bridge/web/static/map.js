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
    const styles = {
      land: { fillColor: "#e7ede6", fillOpacity: 1, stroke: false },
      france: { fillColor: "#fff", fillOpacity: 1, color: "#9fb3a5", weight: 1 },
      borders: { color: "#ccd8ce", weight: 1 },
    };
    map.createPane("ground").style.zIndex = 200;
    const shapes = await (await fetch(place.dataset.outline)).json();
    L.geoJSON(shapes, {
      pane: "ground", renderer: L.canvas({ pane: "ground", padding: 0.4 }), interactive: false,
      style: (shape) => styles[shape.id],
    }).addTo(map);
  };

  // What is in metropolitan France, if anything is; else everything: never a whole ocean for one island.
  const frame = (points) => {
    const all = points.map(([lon, lat]) => [lat, lon]);
    const [south, north] = VIEWS["Métropole"];
    const near = all.filter(([lat, lon]) => lat > south[0] && lat < north[0] && lon > south[1] && lon < north[1]);
    if (all.length) map.fitBounds(L.latLngBounds(near.length ? near : all).pad(0.06), { maxZoom: 9, paddingBottomRight: [0, 44] });
  };

  const start = () => {
    const place = document.getElementById("carte");
    if (!place || place.classList.contains("leaflet-container")) return;
    if (map) map.remove();
    place.replaceChildren();
    map = L.map(place, { minZoom: 4.5, maxZoom: place.dataset.tiles ? 18 : 11, zoomSnap: 0.25 });
    map.attributionControl.setPrefix("Leaflet");
    map.fitBounds(VIEWS["Métropole"]);
    background(place);
    jumps().addTo(map);
    const number = (count) => place.dataset.number.replace("{}", count);
    const pins = L.markerClusterGroup({
      maxClusterRadius: 44, showCoverageOnHover: false,
      iconCreateFunction: (cluster) => heap(cluster.getChildCount()),
    }).addTo(map);
    const heaps = L.layerGroup().addTo(map);
    let whole = false, framed = false;

    const draw = async () => {
      if (whole) return;
      const url = new URL(place.dataset.points, location.href);
      const bounds = map.getBounds();
      if (framed) {
        const box = [Math.max(-180, bounds.getWest()), Math.max(-90, bounds.getSouth()), Math.min(180, bounds.getEast()), Math.min(90, bounds.getNorth())];
        url.searchParams.set("bbox", box.map((edge) => edge.toFixed(3)).join(","));
      }
      const found = await (await fetch(url)).json();
      pins.clearLayers();
      heaps.clearLayers();
      if (found.points) {
        whole = !framed;
        pins.addLayers(found.points.map(([lon, lat, title, source, path]) =>
          L.marker([lat, lon], { icon: L.divIcon({ className: "pin", iconSize: [18, 18] }), title, alt: title })
            .bindPopup(() => popup(title, source, path))));
        if (whole) frame(found.points);
      } else {
        for (const [lon, lat, count] of found.clusters) {
          L.marker([lat, lon], { icon: heap(count), title: number(count), alt: number(count) })
            .on("click", () => map.setView([lat, lon], map.getZoom() + 2)).addTo(heaps);
        }
        if (!framed) { framed = true; draw(); }
      }
    };
    draw();
    map.on("moveend", () => { if (framed) draw(); });
  };

  document.addEventListener("page:shown", start);
  start();
})();
