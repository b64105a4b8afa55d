// Fills a form's lon, lat and accuracy with where the telephone is. Without a position the form works as it is.
"use strict";
(() => {
  for (const line of document.querySelectorAll("[data-where]")) {
    const form = line.closest("form");
    const lost = () => { line.textContent = line.dataset.lost; };
    if (!form || !navigator.geolocation) { lost(); continue; }
    navigator.geolocation.getCurrentPosition((p) => {
      form.elements.lon.value = p.coords.longitude.toFixed(6);
      form.elements.lat.value = p.coords.latitude.toFixed(6);
      form.elements.accuracy.value = String(Math.round(p.coords.accuracy));
      line.textContent = line.dataset.found.replace("{m}", form.elements.accuracy.value);
    }, lost, { enableHighAccuracy: true, timeout: 20000, maximumAge: 30000 });
  }
})();
