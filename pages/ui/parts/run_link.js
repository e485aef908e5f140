export default function ({ data, parentElement, setTriggerValue }) {
  const button = parentElement.querySelector(".dec-lab-run-link");
  button.textContent = data.label;
  button.title = data.help;
  button.onclick = () => setTriggerValue("chosen", data.run);
}
