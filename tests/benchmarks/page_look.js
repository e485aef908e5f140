// The faintest that a plot was, and the most scrollbars beside the page's own, twenty times a second.
async (milliseconds) => {
  const scrolls = (element) => {
    const { overflowX, overflowY } = getComputedStyle(element);
    const isScroll = (overflow) => overflow === "auto" || overflow === "scroll";
    return (isScroll(overflowX) && element.scrollWidth > element.clientWidth + 1)
      || (isScroll(overflowY) && element.scrollHeight > element.clientHeight + 1);
  };
  const isOwn = (element) => element.matches(".stMain, .stSidebar, .stSidebar *, .st-key-log");
  let faintest = 1, most = 0;
  for (const end = performance.now() + milliseconds; performance.now() < end;) {
    for (const plot of document.querySelectorAll(".dec-lab-plot")) {
      let opacity = 1;
      for (let e = plot; e; e = e.parentElement) opacity *= getComputedStyle(e).opacity;
      faintest = Math.min(faintest, opacity);
    }
    const found = [...document.querySelectorAll(".stApp *")].filter((e) => scrolls(e) && !isOwn(e));
    most = Math.max(most, found.length);
    await new Promise((done) => setTimeout(done, 50));
  }
  return { faintest_plot: faintest, scrollbars: most };
}
