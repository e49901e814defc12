// Tells the page around a frame how high its content is, whenever that changes; a number, nothing else.
const tell = () => {
  const height = Math.ceil(document.documentElement.getBoundingClientRect().height);
  parent.postMessage({ type: "preprint-wire:height", height }, "*");
};
new ResizeObserver(tell).observe(document.documentElement);
