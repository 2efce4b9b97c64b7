import { extensions } from "@wix/astro/builders";

/** Wix holds scripts of this type back until the visitor allows analytics. */
export default extensions.embeddedScript({
  id: "5f0c7a6e-3f27-4a0b-8d2b-6c1f4f9a7e10",
  name: "LeadEngine",
  placement: "HEAD",
  scriptType: "ANALYTICS",
  source: "./embedded.html",
});
