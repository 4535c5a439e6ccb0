import { z } from "zod";

// zod must not probe for eval: the content policy refuses it. Set before any schema is made.
z.config({ jitless: true });

export { z };
