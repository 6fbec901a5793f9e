import { pairKey } from '../../src/protocol/pairKey.ts';
import type { FindingItem } from '../../src/protocol/shapes.ts';
import { excludedText } from '../shared/actionQueue.ts';
import { t } from '../shared/l10n.ts';
import { fileName, pathBelow } from '../shared/pairs.ts';
import type { RpcClient } from '../shared/rpcClient.ts';
import type { Store } from '../shared/store.ts';
import { captionMoves, swapPartner } from './captionMoves.ts';
import { fileFix } from './fileFix.ts';
import { outcomeOf, type Touched } from './resolutions.ts';
import { imageName, type Resolver } from './resolver.ts';
import { fileToExclude, type TriageAction, type TriageState } from './triageState.ts';

/** Actions on the finding on show, which they resolve. Those that need no question go on to the next one at once. */
export class FindingActions {
  readonly #rpc: Pick<RpcClient, 'call'>;
  readonly #store: Store<TriageState, TriageAction>;
  readonly #resolver: Resolver;
  /** Whether the folder for excluded pairs is known: the first time it may be asked for. */
  #hasFolder = false;

  constructor(
    rpc: Pick<RpcClient, 'call'>,
    store: Store<TriageState, TriageAction>,
    resolver: Resolver,
  ) {
    this.#rpc = rpc;
    this.#store = store;
    this.#resolver = resolver;
  }

  get #current(): FindingItem | null {
    return this.#store.state.current;
  }

  async decide(decision: 'verified' | 'excluded'): Promise<void> {
    const finding = this.#current;
    const item = finding?.item;
    if (finding === null || item === undefined) return;
    const { pair, caption } = item;
    const name = imageName(finding);
    await this.#resolver.atOnce(finding, {
      outcome: outcomeOf(decision),
      caption,
      run: async () => {
        await this.#rpc.call('decide', { pair, decision });
        return true;
      },
      done:
        decision === 'verified'
          ? t('{0} is marked as verified.', name)
          : t('{0} is ignored.', name),
      show: item,
    });
  }

  /** Moves the image out of the dataset, with its captions and all else that belongs to it; or a caption file without an image. */
  async exclude(): Promise<void> {
    const finding = this.#current;
    const image = finding === null ? undefined : fileToExclude(finding);
    if (finding === null || image === undefined) return;
    await this.#resolver[this.#hasFolder ? 'atOnce' : 'afterwards'](finding, {
      outcome: 'excluded',
      touched: [{ key: image }],
      run: async () => {
        const { excluded } = await this.#rpc.call('exclude', { of: { images: [image] } });
        this.#hasFolder ||= excluded > 0;
        return excluded > 0;
      },
      done:
        finding.loneCaption === true
          ? t('{0} is excluded: it was moved.', pathBelow(image, []))
          : excludedText(1),
    });
  }

  /** Replaces the caption, or writes one where there is none. */
  async setCaption(caption: string): Promise<void> {
    const finding = this.#current;
    if (finding === null) return;
    const { item, imageUri } = finding;
    if (item === undefined && imageUri === undefined) return;
    const name = imageName(finding);
    await this.#resolver.atOnce(finding, {
      outcome: 'fixed',
      caption,
      touched: item === undefined ? [] : [{ key: pairKey(item.pair), caption }],
      run: async () => {
        if (item !== undefined) await this.#rpc.call('setCaption', { pair: item.pair, caption });
        else await this.#rpc.call('createCaption', { imageUri: imageUri ?? '', caption });
        return true;
      },
      done:
        (item?.caption ?? '') === ''
          ? t('Caption of {0} written.', name)
          : t('Caption of {0} replaced.', name),
      show: item,
    });
  }

  async swap(): Promise<void> {
    const finding = this.#current;
    const item = finding?.item;
    const other = swapPartner(finding);
    if (finding === null || item === undefined || other === undefined) return;
    const partner = finding.related.find(({ pair }) => pairKey(pair) === pairKey(other));
    const touched: Touched[] = [{ key: pairKey(other), caption: item.caption }];
    if (partner !== undefined) touched.push({ key: pairKey(item.pair), caption: partner.caption });
    await this.#resolver.atOnce(finding, {
      outcome: 'fixed',
      caption: partner?.caption,
      touched,
      run: async () => {
        await this.#rpc.call('swapCaptions', { pair: item.pair, other });
        return true;
      },
      done: t('Captions of {0} and {1} swapped.', imageName(finding), fileName(other.image)),
      show: item,
    });
  }

  /** Applies the finding's fix of several captions, or of the caption file as a whole. */
  async fix(): Promise<void> {
    if (captionMoves(this.#current).length > 0) await this.moveCaptions();
    else await this.fixFile();
  }

  /** Moves the captions of a run, or of a ring, to the images that they fit. */
  async moveCaptions(): Promise<void> {
    const finding = this.#current;
    const moves = captionMoves(finding);
    if (finding === null || moves.length === 0) return;
    const touched = moves.map(({ to, from }) => ({ key: pairKey(to.pair), caption: from.caption }));
    const own = finding.item && pairKey(finding.item.pair);
    await this.#resolver.atOnce(finding, {
      outcome: 'fixed',
      caption: touched.find(({ key }) => key === own)?.caption,
      touched,
      run: async () => {
        await this.#rpc.call('moveCaptions', {
          moves: moves.map(({ to, from }) => ({ to: to.pair, from: from.pair })),
        });
        return true;
      },
      done: t('{0} captions moved.', moves.length),
      show: finding.item,
    });
  }

  /** Applies the finding's fix of the caption file as a whole. */
  async fixFile(): Promise<void> {
    const finding = this.#current;
    const fix = fileFix(finding);
    if (finding === null || fix === undefined) return;
    const { uri } = finding;
    const step = { outcome: 'fixed', show: finding.item } as const;
    if (fix.separations !== undefined) {
      const { separations } = fix;
      await this.#resolver.atOnce(finding, {
        ...step,
        run: async () => {
          await this.#rpc.call('separateImages', { uri, separations });
          return true;
        },
        done: t('The images have captions of their own now.'),
      });
    } else if (fix.kind === 'save-as-utf8') {
      await this.#resolver.atOnce(finding, {
        ...step,
        run: async () => {
          await this.#rpc.call('saveAsUtf8', { uri, encoding: fix.encoding ?? '' });
          return true;
        },
        done: t('{0} is UTF-8 now.', pathBelow(uri, [])),
      });
    } else {
      const to = fix.to ?? '';
      await this.#resolver.atOnce(finding, {
        ...step,
        run: async () => {
          await this.#rpc.call('renameCaptionFile', { from: uri, to });
          return true;
        },
        done: t('{0} is called {1} now.', pathBelow(uri, []), pathBelow(to, [])),
      });
    }
  }

  /** Keeps one image of a group of duplicates, and removes the others after a question. */
  async keepDuplicate(index: number): Promise<void> {
    const finding = this.#current;
    const images = this.#store.state.detail.duplicates?.images ?? [];
    const kept = images[index];
    const others = images.filter((image) => image !== kept && image.bytes !== undefined);
    if (finding === null || kept === undefined || others.length === 0) return;
    await this.#resolver.afterwards(finding, {
      outcome: 'fixed',
      run: async () => {
        const of = { images: others.map(({ uri }) => uri) };
        return (await this.#rpc.call('removeImages', { keep: kept.uri, of })).removed > 0;
      },
      done: t('{0} is kept, {1} duplicates removed.', kept.name, others.length),
      show: finding.item,
    });
  }

  /** Removes a caption file that belongs to no image, after a question. */
  async deleteFile(): Promise<void> {
    const finding = this.#current;
    if (finding?.loneCaption !== true) return;
    const { uri } = finding;
    await this.#resolver.afterwards(finding, {
      outcome: 'excluded',
      run: async () =>
        (await this.#rpc.call('removeImages', { of: { images: [uri] } })).removed > 0,
      done: t('{0} is deleted.', pathBelow(uri, [])),
    });
  }

  /** Notes that the pictures of a group are different: they are no longer reported. */
  async markDifferent(): Promise<void> {
    const finding = this.#current;
    if (finding === null || this.#store.state.detail.duplicates === null) return;
    const { id } = finding;
    await this.#resolver.atOnce(finding, {
      outcome: 'verified',
      run: async () => {
        await this.#rpc.call('markDifferent', { id });
        return true;
      },
      done: t('The pictures are no longer reported as the same.'),
      show: finding.item,
    });
  }
}
