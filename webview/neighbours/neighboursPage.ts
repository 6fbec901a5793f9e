import '../shared/strictZod.ts';
import './neighbours.css';
import { connectHost } from '../shared/connectHost.ts';
import { loadStrings } from '../shared/l10n.ts';
import { NeighboursElement } from './neighboursElement.ts';
import { NeighboursSession } from './neighboursSession.ts';

loadStrings(document);
const element = document.querySelector('pairlens-neighbours');
if (element instanceof NeighboursElement) {
  const session = new NeighboursSession(connectHost());
  element.session = session;
  void session.start();
}
