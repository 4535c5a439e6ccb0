import { afterEach } from "vitest";
import { cleanup } from "@testing-library/react";
import { startLanguage } from "../src/locales/i18n";

startLanguage();
afterEach(cleanup);
