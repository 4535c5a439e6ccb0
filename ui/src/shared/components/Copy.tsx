import { useState } from "react";
import { t } from "../../locales/i18n";
import { announce } from "../announce";
import { Button } from "./Button";

/** Copies a text the person sees; says so in words and to screen readers. */
export function CopyButton({ text, children }: { text: string; children: string }) {
  const [copied, setCopied] = useState(false);
  const copy = () => {
    const done = () => {
      setCopied(true);
      announce(t("action.copied"));
    };
    navigator.clipboard.writeText(text).then(done, () => {
      if (copyBySelection(text)) done();
    });
  };
  return (
    <Button icon={copied ? "check" : "copy"} onPress={copy}>
      {copied ? t("action.copied") : children}
    </Button>
  );
}

/** Where the clipboard interface is refused (WebKitGTK without a user gesture), the old way works. */
function copyBySelection(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "hidden-visually";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}
