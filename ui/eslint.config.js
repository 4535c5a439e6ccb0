import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import globals from "globals";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/generated", "public"] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  ...tseslint.configs.stylistic,
  {
    languageOptions: { globals: { ...globals.browser } },
    plugins: { "react-hooks": hooks },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "no-console": "error",
      "no-eval": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/consistent-type-definitions": "off",
      // Record content is hostile: it is drawn by React or in the sandboxed narrative frame, never as markup.
      "no-restricted-syntax": [
        "error",
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: "Markup is only shown by shared/records/NarrativeFrame.",
        },
        {
          selector: "JSXAttribute[name.name='data-testid']",
          message: "Tests find things by role and name, like people do.",
        },
      ],
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: ["@tauri-apps/*"], message: "Only src/backend talks to the shell." }] },
      ],
    },
  },
  { files: ["test/**/*.mjs"], languageOptions: { globals: globals.node } },
  { files: ["src/backend/**"], rules: { "no-restricted-imports": "off" } },
);
