import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';

/** What the processes of a test tried to reach beyond loopback since the witness was called. */
export interface NetworkWitness {
  /** Packets the kernel sent towards the outside, from any process of this network namespace. */
  packets(): number;
  /** Addresses those packets were for, as far as the kernel still remembers them. */
  addresses(): readonly string[];
  /** Host names that were looked up, in order. */
  readonly names: readonly string[];
  close(): void;
}

/**
 * Watches the network that `scripts/loopbackOnly.sh` made: its one way out counts every packet of every process
 * (test, browser, server, extension host), and name look-ups come here. Names are answered with "no such name".
 * Throws where the tests do not run in such a network, for then there is nothing to witness.
 */
export async function witnessNetwork(): Promise<NetworkWitness> {
  const device = process.env['PAIRLENS_TEST_OUTSIDE'];
  if (device === undefined) {
    throw new Error(
      'Not in a network of its own: start this tier with `node scripts/test.mts`, which makes one with unshare.',
    );
  }
  const names: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    names.push(questionName(query));
    socket.send(noSuchName(query), from.port, from.address);
  });
  socket.bind(53, '127.0.0.1');
  await once(socket, 'listening');
  socket.unref();
  const before = sentPackets(device);
  const known = new Set(neighbours(device));
  return {
    names,
    packets: () => sentPackets(device) - before,
    addresses: () => neighbours(device).filter((address) => !known.has(address)),
    close: () => socket.close(),
  };
}

/** The addresses that the kernel asked for at the interface, answered or not. */
function neighbours(device: string): readonly string[] {
  return execFileSync('ip', ['neighbour', 'show', 'dev', device], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
    .filter((address) => address !== '');
}

/** Column 9 after the name in /proc/net/dev: packets sent. */
function sentPackets(device: string): number {
  const line = readFileSync('/proc/self/net/dev', 'utf8')
    .split('\n')
    .find((text) => text.trim().startsWith(`${device}:`));
  const sent = line?.split(':')[1]?.trim().split(/\s+/)[9];
  if (sent === undefined) throw new Error(`There is no network interface ${device}.`);
  return Number(sent);
}

/** The name a DNS query (RFC 1035, section 4.1.2) asks for. */
function questionName(query: Buffer): string {
  const labels: string[] = [];
  for (let at = 12; at < query.length;) {
    const length = query.readUInt8(at);
    if (length === 0) break;
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return labels.join('.');
}

/** The query turned into its answer: response, recursion available, NXDOMAIN. */
function noSuchName(query: Buffer): Buffer {
  const answer = Buffer.from(query);
  answer.writeUInt16BE(0x8183, 2);
  return answer;
}
