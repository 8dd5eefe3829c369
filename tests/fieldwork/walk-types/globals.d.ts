// What Python writes into the page (wegeketten/fieldwork/phone.py), and what the page keeps on the device.
interface WalkChoice {
  value: string;
  drawing: string;
  falling: string;
  either: string;
  label: string;
}
interface WalkQuestion {
  ask: string;
  hint: string;
  signed: boolean;
  exact: { unit: string; least: number; most: number } | null;
  choices: WalkChoice[];
}
interface WalkAsk {
  attribute: string;
  targets: [id: string, lat: number, lon: number, turned: boolean][];
}
interface WalkPlace {
  what: string;
  where: string;
  x: number;
  y: number;
  bearing: number | null;
  asks: WalkAsk[];
}
interface WalkConfig {
  id: string;
  file: string;
  columns: string[];
  questions: Record<string, WalkQuestion>;
  places: WalkPlace[];
  map: {
    width: number;
    height: number;
    lon: number;
    lat: number;
    x: number;
    y: number;
    per_degree: [number, number, number, number];
    units: number;
  };
  words: Record<string, any>;
}
interface Answer {
  choice: number | null;
  exact: string;
  direction: "" | "up" | "down";
  date: string;
}
interface WalkState {
  answers: Record<string, Answer>;
  notes: Record<number, string>;
  spots: Record<number, string>;
  here: number;
  name: string;
  withName: boolean;
  withPosition: boolean;
}
