import '../shared/strictZod.ts';
import './review.css';
import { connectHost } from '../shared/connectHost.ts';
import { loadStrings } from '../shared/l10n.ts';
import { ReviewElement } from './reviewElement.ts';
import { TriageSession } from './triageSession.ts';

loadStrings(document);
const element = document.querySelector('pairlens-review');
if (element instanceof ReviewElement) {
  const session = new TriageSession(connectHost());
  element.session = session;
  void session.start();
}
