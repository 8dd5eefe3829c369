"use strict";

/** Photos of places. They stay in the device's own store and are never handed in. */
class Photos {
  /** @param {string} walk */
  constructor(walk) {
    this.walk = walk;
    /** @type {Promise<IDBDatabase>} */
    this.store = new Promise((resolve, reject) => {
      const opening = indexedDB.open("wegeketten-walks", 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("photos", { keyPath: "key" });
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = opening.onblocked = () => reject(new Error("blocked"));
    });
    this.store.catch(() => undefined); // told where a photo is asked for
  }

  /**
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => IDBRequest} ask
   * @returns {Promise<any>}
   */
  async ask(mode, ask) {
    const request = ask((await this.store).transaction("photos", mode).objectStore("photos"));
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  /** @param {string} start */
  range(start) {
    return IDBKeyRange.bound(`${this.walk}/${start}`, `${this.walk}/${start}\uffff`);
  }

  /**
   * @param {number} place
   * @returns {Promise<{ key: string, blob: Blob }[]>}
   */
  of(place) {
    return this.ask("readonly", (store) => store.getAll(this.range(`${place}/`)));
  }

  /**
   * Keep a photo, no larger than a screen.
   * @param {number} place
   * @param {Blob} file
   */
  async add(place, file) {
    const blob = await smaller(file);
    await this.ask("readwrite", (store) => store.put({ key: `${this.walk}/${place}/${Date.now()}`, blob }));
  }

  /** @param {string} key */
  remove(key) {
    return this.ask("readwrite", (store) => store.delete(key));
  }

  clear() {
    return this.ask("readwrite", (store) => store.delete(this.range("")));
  }
}

const LONGEST_SIDE = 1600;

/**
 * A picture drawn anew: smaller, and without what the camera wrote into it, such as where it was taken.
 * @param {Blob} file
 * @returns {Promise<Blob>}
 */
async function smaller(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/jpeg", 0.8);
  });
}
