// What VS Code does with JSON files and their schemas: the same library, without the window around it.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const { getLanguageService, TextDocument } = createRequire(import.meta.url)("vscode-json-languageservice");

/** An editor with a folder open. `settings` are that folder's own, `spoil` changes a schema before the editor sees it. */
export class Editor {
  constructor({ folder, settings = {}, spoil = () => {} }) {
    this.folder = folder;
    // A schema that a file names is read from the disk; nothing here goes to a network.
    this.service = getLanguageService({
      schemaRequestService: async (uri) => {
        const schema = JSON.parse(await readFile(fileURLToPath(uri), "utf8"));
        spoil(schema);
        return JSON.stringify(schema);
      },
      workspaceContext: { resolveRelativePath: (relative, of) => new URL(relative, of).href },
    });
    this.service.configure({ validate: true, schemas: (settings["json.schemas"] ?? []).map((entry) => this.#named(entry)) });
  }

  /** The schema of a setting, as VS Code reads it: a relative address begins at the folder. */
  #named({ fileMatch, url }) {
    return { fileMatch, uri: new URL(url, `${pathToFileURL(this.folder).href}/`).href };
  }

  /** A text that is open as the file of this name in the folder. */
  open(name, text) {
    return new OpenFile(this.service, join(this.folder, name), text);
  }
}

class OpenFile {
  constructor(service, path, text) {
    this.service = service;
    this.path = path;
    this.text = text;
    this.document = TextDocument.create(pathToFileURL(path).href, "json", 1, text);
    this.tree = service.parseJSONDocument(this.document);
  }

  /** What is underlined: the line, counted from 1, and the message. */
  async diagnostics() {
    const found = await this.service.doValidation(this.document, this.tree);
    return found.map(({ range, message }) => ({ line: range.start.line + 1, message }));
  }

  /** What is offered at this offset: keys as they are, values as JSON. Null if there is no answer. */
  async offered(offset) {
    const list = await this.service.doComplete(this.document, this.document.positionAt(offset), this.tree);
    return list && list.items.map(({ label }) => label);
  }

  /** What is shown over this offset, without its Markdown. */
  async shown(offset) {
    const hover = await this.service.doHover(this.document, this.document.positionAt(offset), this.tree);
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
