import '../shared/strictZod.ts';
import './map.css';
import { connectHost } from '../shared/connectHost.ts';
import { loadStrings } from '../shared/l10n.ts';
import { MapElement } from './mapElement.ts';
import { MapSession } from './mapSession.ts';

loadStrings(document);
const element = document.querySelector('pairlens-map');
if (element instanceof MapElement) {
  const session = new MapSession(connectHost());
  element.session = session;
  void session.start();
}
