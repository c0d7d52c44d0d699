// The answer goes back to the learning platform by itself; without script its button sends it.
document.querySelector("form[data-send]")?.requestSubmit();
