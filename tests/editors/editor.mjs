// What VS Code does with a JSON file and its schema: the same library, without the window around it.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

const { getLanguageService, TextDocument } = createRequire(import.meta.url)("vscode-json-languageservice");

// A schema that a file names is read from the disk, as the editor does; nothing here goes to a network.
const service = getLanguageService({
  schemaRequestService: (uri) => readFile(fileURLToPath(uri), "utf8"),
  workspaceContext: { resolveRelativePath: (relative, of) => new URL(relative, of).href },
});
service.configure({ validate: true });

/** A text that is open in the editor as the file at `path`. */
export class OpenFile {
  constructor(path, text) {
    this.path = path;
    this.text = text;
    this.document = TextDocument.create(pathToFileURL(path).href, "json", 1, text);
    this.tree = service.parseJSONDocument(this.document);
  }

  /** What is underlined: the line, counted from 1, and the message. */
  async diagnostics() {
    const found = await service.doValidation(this.document, this.tree);
    return found.map(({ range, message }) => ({ line: range.start.line + 1, message }));
  }

  /** What is offered at this offset: keys as they are, values as JSON. Null if there is no answer. */
  async offered(offset) {
    const list = await service.doComplete(this.document, this.document.positionAt(offset), this.tree);
    return list && list.items.map(({ label }) => label);
  }

  /** What is shown over this offset, without its Markdown. */
  async shown(offset) {
    const hover = await service.doHover(this.document, this.document.positionAt(offset), this.tree);
    return words([hover?.contents ?? []].flat().map((content) => content.value ?? content).join(" "));
  }

  /** The line of this offset, counted from 1. */
  line(offset) {
    return this.document.positionAt(offset).line + 1;
  }
}

/** A text without what Markdown adds to it. */
export function words(text) {
  return text.replaceAll("&nbsp;", " ").replace(/\\([^\w\s])/g, "$1").replace(/\s+/g, " ").trim();
}
