// What the page brings along: Leaflet, and the constants that Python writes (wegeketten/reports/map_constants.py).
declare const L: any;
declare const INF: number;
declare const UNIT_S: number;
declare const ANSWERS: ("sure" | "likely" | "possible")[];
declare const LEVEL: Record<"sure" | "likely" | "possible", number>;
declare const FIRST_BARRIER: number;
declare const KERB: number;
declare const STEPS: number;
declare const STOREY_WAYS: number[];
declare const MAJOR: number[];
declare const OFF_GROUND: number[];
declare const LONG_PCT: number;
declare const SHORT_PCT: number;
declare const ASSUMED: number;
declare const TOLD: number;
declare const FEWEST_HOMES: number;
declare const CHANCE_STEPS: number;
declare const OWN_LIMITS: string[];

// What classes gain by Object.assign: a page by its mixins, a table by its settings.
interface Page {
  [name: string]: any;
}
interface Grid {
  left: number;
  top: number;
  right: number;
  bottom: number;
}
interface SwitchedSweep {
  time: Float64Array;
  next: Int32Array;
  goal: Int32Array;
  weights: Float64Array;
  offered: Uint8Array;
  offer: number[];
  byEdge: Map<number, number[]>;
  layer: any;
  service: number;
  level: number;
}
interface Legs {
  search: Search;
  layer: any;
  kinds: number[][];
  out: boolean;
  near: Int32Array;
  far: Int32Array;
  edge: Int32Array;
  from: Float64Array;
  to: Float64Array;
  off: Float64Array;
  firstKind: Map<number, number[]>;
  heap: Heap;
  joinedBy: Map<number, number[]>;
}
interface ChainTimes {
  search: Search;
  layer: any;
  level: number;
  weights: Float64Array;
}
interface Scenario {
  search: Search;
  works: any;
}
interface Table {
  caption: string;
  columns: any[];
  rows: any[];
  csvColumns: any[];
  total: any;
  pageRows: number;
  file: string;
  action: any;
  filterOf: (row: any) => string;
}
interface Field {
  layer: any;
  search: Search;
  weights: Float64Array;
}

// Elements of the page's own HTML are found by id; which of them are inputs is not known to the compiler.
interface HTMLElement {
  value: any;
}
interface HTMLCanvasElement {
  coords: any;
}
interface Window {
  startCouncilMap: any;
  wegeketten: any;
}
interface Uint8ArrayConstructor {
  fromBase64?: (text: string) => Uint8Array<ArrayBuffer>;
}
