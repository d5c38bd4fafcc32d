import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { accessFolderOf, logUrl } from '@truyvet/event-log-node';
import { CsvSource } from '../../src/intake/csv.js';
import { NdjsonSource } from '../../src/intake/ndjson.js';
import { RowReader } from '../../src/intake/read-rows.js';
import type { Source } from '../../src/intake/sources.js';
import { formatInstant, SECONDS_PER_DAY } from '../../src/kernel/instant.js';
import { checkIns } from '../../src/presence/store-check-ins.js';
import { FIRST_DAY, personId, placeId } from './cities.js';
import { cpuSeconds } from './machine.js';
import { stop, untilItSays } from './processes.js';
import { shown, type Row } from './rows.js';

/** Rows of each register, and rows that are only read. */
export const REGISTERS = {
  full: { registered: 50_000, read: 200_000 },
  small: { registered: 5_000, read: 50_000 },
};
export type RegisterScale = (typeof REGISTERS)['full'];

export type Register = 'people' | 'places';

interface Imported {
  perSecond: number;
  /** Microseconds of processor time a row. */
  micros: { import: number; log: number };
}
/** The registers of an empty installation, in the order in which they were imported. */
export type Registered = Record<Register, Imported>;

const NAMES = ['Nguyễn Văn An', 'Trần Thị Bình', 'Lê Hoàng Cường', 'Phạm Minh Đức'];

const LINES: Record<Register, { header: string; line: (i: number) => string }> = {
  people: {
    header: 'person_id,name,phone,language,household_id',
    line: (i) =>
      `${personId(i)},${NAMES[i % NAMES.length]} ${i},09${String(10_000_000 + 7 * i).padStart(8, '0')},vi,house-${i >> 2}`,
  },
  places: {
    header: 'place_id,name,kind,capacity,latitude,longitude',
    line: (i) => `${placeId(i)},Quán ăn ${i},restaurant,${20 + (i % 100)},${10 + i / 1e6},${106 + i / 1e6}`,
  },
};

/** Imports new people and places from CSV files, by the command and into the embedded log of a build. */
export async function importRegisters(root: string, rows: number): Promise<Registered> {
  const dataDir = mkdtempSync(join(tmpdir(), 'truyvet-bench-registers-'));
  const command = join(root, 'bin/truyvet.js');
  const log = spawn(process.execPath, [command, 'event-log', '--port', '0', '--data', join(dataDir, 'log')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const said = await untilItSays(log, /esdb:\/\/\S+/);
    const address = { host: 'localhost', port: Number(/:(\d+)\?/.exec(said)?.[1]) };
    // The node prints its address without a password.
    const url = logUrl(address, accessFolderOf(join(dataDir, 'log')));
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, TRUYVET_DATA: dataDir, EVENTSTORE_URL: url };
    const imported = async (kind: Register): Promise<Imported> => {
      const { header, line } = LINES[kind];
      const file = join(dataDir, `${kind}.csv`);
      writeFileSync(file, `${[header, ...Array.from({ length: rows }, (_, i) => line(i))].join('\n')}\n`);
      const before = cpuSeconds(log.pid ?? 0) ?? NaN;
      const { perSecond, cpu } = await runImport([command, 'import', kind, file, '--json'], env);
      const ofLog = (cpuSeconds(log.pid ?? 0) ?? NaN) - before;
      return { perSecond, micros: { import: (cpu / rows) * 1e6, log: (ofLog / rows) * 1e6 } };
    };
    return { people: await imported('people'), places: await imported('places') };
  } finally {
    await stop(log);
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function runImport(args: string[], env: NodeJS.ProcessEnv): Promise<{ perSecond: number; cpu: number }> {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let answer = '';
  let said = '';
  child.stdout.on('data', (text: Buffer) => (answer += text.toString()));
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  let cpu = NaN;
  // A process that has ended can no longer be measured.
  const look = setInterval(() => (cpu = cpuSeconds(child.pid ?? 0) ?? cpu), 50);
  const [code] = (await once(child, 'close')) as [number | null];
  clearInterval(look);
  if (code !== 0) throw new Error(`the import ended with ${String(code)}: ${said}`);
  // Without the start of the process, which a large register does not notice.
  const { rows_per_second: perSecond } = JSON.parse(answer) as { rows_per_second: number };
  return { perSecond, cpu };
}

export type Format = 'CSV' | 'NDJSON';

/** Microseconds of processor time to read and check a row of check-ins, without storing it. */
export async function readRows({ rows }: { rows: number }): Promise<Record<Format, number>> {
  const reader = new RowReader(checkIns, 'Asia/Ho_Chi_Minh');
  const given = Array.from({ length: rows }, (_, i) => {
    const from = FIRST_DAY * SECONDS_PER_DAY + ((i * 7_919) % (14 * SECONDS_PER_DAY));
    return {
      person_id: personId(i % 200_000),
      place_id: placeId(i % 20_000),
      arrived_at: formatInstant(from),
      left_at: formatInstant(from + 600 + (i % 7_200)),
    };
  });
  const csv = ['person_id,place_id,arrived_at,left_at', ...given.map((row) => Object.values(row).join(','))].join('\n');
  const ndjson = given.map((row) => JSON.stringify(row)).join('\n');
  const sources: Record<Format, () => Source> = {
    CSV: () => new CsvSource(Readable.from(chunksOf(csv)), 'check-ins.csv', reader.columns),
    NDJSON: () => new NdjsonSource(Readable.from(chunksOf(ndjson))),
  };
  const micros = async (source: Source): Promise<number> => {
    const before = process.cpuUsage();
    let read = 0;
    for await (const found of source.rows()) {
      const { rows: accepted } = 'raw' in found ? reader.readEach(found.raw) : { rows: [] };
      read += accepted.length;
    }
    if (read !== rows) throw new Error(`${read} of ${rows} rows were accepted`);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / rows;
  };
  const figures = { CSV: NaN, NDJSON: NaN };
  for (const format of Object.keys(sources) as Format[]) {
    // The first time, the code is compiled.
    await micros(sources[format]());
    figures[format] = await micros(sources[format]());
  }
  return figures;
}

/** As a file is read. */
function chunksOf(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  const size = 256 * 1024;
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

const PEOPLE_A_SECOND = 5_000;
const MOST_MICROS = 20;

export const registerName = (kind: Register): string => `intake: new ${kind}, CSV to log`;
export const readName = (format: Format): string => `intake: reading a check-in of ${format}`;

export function intakeRows(rows: number, registered: Registered, read: Record<Format, number>): Row[] {
  const { people, places } = registered;
  const row = (kind: Register, { perSecond, micros }: Imported): Row => ({
    group: 'intake',
    name: registerName(kind),
    figures: [perSecond],
    unit: `${kind}/s`,
    beside: `${rows} rows; processor us a row: ${shown(micros.import)} import, ${shown(micros.log)} log node`,
  });
  return [
    {
      ...row('people', people),
      target: { wanted: '5,000', met: people.perSecond >= PEOPLE_A_SECOND },
    },
    row('places', places),
    ...(Object.keys(read) as Format[]).map((format): Row => ({
      group: 'intake',
      name: readName(format),
      figures: [read[format]],
      unit: 'us',
      beside: 'processor time, without storing it',
      target: { wanted: `${MOST_MICROS}`, met: read[format] < MOST_MICROS },
    })),
  ];
}
