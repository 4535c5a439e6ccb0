// When the page could first answer a key: it is there and has been drawn.
requestAnimationFrame(() => requestAnimationFrame(() => (document.documentElement.dataset.ready = Date.now())));
